/**
 * Serves `/health`, `/health/live` and `/health/ready` as `application/health+json`
 * (draft-inadarei-api-health-check-06).
 *
 * Live: this process responds; the state of upstreams does not matter. Ready: the process accepts requests, until
 * it drains. The state of upstreams does not matter here either, or all instances would be taken out at once.
 * `/health` reports all checks. Sends 200, or 503 for `fail`; responses are never cached.
 */
import type { Request, Response, Router } from 'express';
import { HEALTH } from '../contract/media-types.ts';
import { HEALTH_PATH, LIVE_PATH, READY_PATH } from '../contract/shared-paths.ts';
import { findContext } from './context.ts';
import { cache, get, jsonEntity, send } from './page/entity.ts';

/** From best to worst. */
export const HEALTH_STATES = ['pass', 'warn', 'fail'] as const;

export type HealthState = (typeof HEALTH_STATES)[number];

export interface HealthCheck {
  /** Identifies one of several components (section 4.1). */
  readonly componentId?: string;
  readonly componentType: 'component' | 'datastore';
  readonly status: HealthState;
  readonly observedValue?: string | number;
  readonly observedUnit?: string;
  readonly output?: string;
}

/** Keys have the form `component:measurement`. */
export type HealthChecks = Readonly<Record<string, readonly HealthCheck[]>>;

export interface HealthOptions {
  readonly serviceId: string;
  readonly description: string;
  readonly version: string;
  /** Related links, by link relation. */
  readonly links: Readonly<Record<string, string>>;
  readonly isDraining: () => boolean;
  /** The current checks. They contain no addresses. */
  readonly checks: () => HealthChecks | Promise<HealthChecks>;
  /** Whether only the overall status is reported, without the checks. */
  readonly hidesChecks?: boolean;
}

const headers = { 'Cache-Control': cache.never };
const DRAINING = { status: 'fail', output: 'draining' } as const;

export function serveHealth(router: Router, options: HealthOptions): void {
  const { isDraining, checks, hidesChecks = false, links, ...serviceInfo } = options;
  const sendHealth = (
    req: Request,
    res: Response,
    body: { readonly status: HealthState; readonly [member: string]: unknown },
  ) => {
    const context = findContext(req);
    if (context) context.isProbe = body.status !== 'fail';
    send(req, res, jsonEntity(HEALTH, body, headers), body.status === 'fail' ? 503 : 200);
  };
  get(router, LIVE_PATH, (req, res) => sendHealth(req, res, { status: 'pass' }));
  get(router, READY_PATH, (req, res) => sendHealth(req, res, isDraining() ? DRAINING : { status: 'pass' }));
  get(router, HEALTH_PATH, async (req, res) => {
    const results = await checks();
    const overall = isDraining() ? DRAINING : { status: worstState(Object.values(results).flat()) };
    const visibleChecks = hidesChecks ? {} : { checks: results };
    sendHealth(req, res, {
      ...overall,
      ...serviceInfo,
      ...visibleChecks,
      links: { self: HEALTH_PATH, ...links },
    });
  });
}

/** The worst state of all checks, or `pass` without checks. */
export const worstState = (checks: readonly { readonly status: HealthState }[]): HealthState =>
  HEALTH_STATES.findLast((state) => checks.some(({ status }) => status === state)) ?? 'pass';
