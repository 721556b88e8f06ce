/**
 * `/health`, `/health/live` and `/health/ready` as `application/health+json` (draft-inadarei-api-health-check-06).
 *
 * Live: this process answers; nothing that it calls can change that. Ready: it wants requests, which ends when it
 * drains; services that it calls do not change that either, or all instances would leave at once. `/health` has the
 * checks of all that. Sends 200, or 503 for `fail`; never kept.
 */
import type { Request, Response, Router } from 'express';
import { HEALTH } from '../contract/media-types.ts';
import { HEALTH_PATH, LIVE_PATH, READY_PATH } from '../contract/shared-paths.ts';
import { findContext } from './context.ts';
import { cache, get, json, send } from './page/entity.ts';

/** From well to ill. */
export const HEALTH_STATES = ['pass', 'warn', 'fail'] as const;

export type HealthState = (typeof HEALTH_STATES)[number];

export interface Check {
  /** Which of several, section 4.1. */
  readonly componentId?: string;
  readonly componentType: 'component' | 'datastore';
  readonly status: HealthState;
  readonly observedValue?: string | number;
  readonly observedUnit?: string;
  readonly output?: string;
}

/** By `component:measurement`. */
export type Checks = Readonly<Record<string, readonly Check[]>>;

export interface HealthOptions {
  readonly serviceId: string;
  readonly description: string;
  readonly version: string;
  /** Where to read on, by link relation. */
  readonly links: Readonly<Record<string, string>>;
  readonly isDraining: () => boolean;
  /** How things are now; no address is in it. */
  readonly checks: () => Checks | Promise<Checks>;
  /** Whether only what follows from them is told. */
  readonly hidesChecks?: boolean;
}

const headers = { 'Cache-Control': cache.never };
const DRAINING = { status: 'fail', output: 'draining' } as const;

export function serveHealth(router: Router, options: HealthOptions): void {
  const { isDraining, checks, hidesChecks = false, links, ...about } = options;
  const tell = (
    req: Request,
    res: Response,
    body: { readonly status: HealthState; readonly [member: string]: unknown },
  ) => {
    const context = findContext(req);
    if (context) context.isProbe = body.status !== 'fail';
    send(req, res, json(HEALTH, body, headers), body.status === 'fail' ? 503 : 200);
  };
  get(router, LIVE_PATH, (req, res) => tell(req, res, { status: 'pass' }));
  get(router, READY_PATH, (req, res) => tell(req, res, isDraining() ? DRAINING : { status: 'pass' }));
  get(router, HEALTH_PATH, async (req, res) => {
    const found = await checks();
    const own = isDraining() ? DRAINING : { status: worst(Object.values(found).flat()) };
    const shown = hidesChecks ? {} : { checks: found };
    tell(req, res, { ...own, ...about, ...shown, links: { self: HEALTH_PATH, ...links } });
  });
}

/** `pass` where there is nothing. */
export const worst = (all: readonly { readonly status: HealthState }[]): HealthState =>
  HEALTH_STATES.findLast((state) => all.some(({ status }) => status === state)) ?? 'pass';
