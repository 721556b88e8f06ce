/**
 * `/health/live`, `/health/ready` for orchestrators, as `application/health+json` (draft-inadarei-api-health-check).
 *
 * Live means that this process answers: no service behind it can change that. Ready ends when the process
 * drains: 503, so that it gets no new requests. A service that is not well makes it `warn`, not unready.
 */
import type { Router } from 'express';
import { HEALTH } from '../../contract/media-types.ts';
import { READY_PATH } from '../../contract/places.ts';
import { cache, get, json, send } from '../../http/entity.ts';
import type { TargetSnapshot } from '../../outbound/target.ts';

const noStore = { 'Cache-Control': cache.never };

export function health(
  router: Router,
  ready: () => boolean,
  snapshot: () => readonly TargetSnapshot[],
): void {
  const live = json(HEALTH, { status: 'pass' }, noStore);
  get(router, '/health/live', (req, res) => send(req, res, live));
  get(router, READY_PATH, (req, res) => {
    if (!ready()) {
      send(req, res, json(HEALTH, { status: 'fail', output: 'draining' }, noStore), 503);
      return;
    }
    const services = snapshot().map(({ name, breaker }) => ({ name, breaker, status: level(breaker) }));
    const status = services.some((service) => service.status === 'warn') ? 'warn' : 'pass';
    const checks = Object.fromEntries(
      services.map(({ name, breaker, ...check }) => [
        `${name}:breaker`,
        [{ componentType: 'component', observedValue: breaker, ...check }],
      ]),
    );
    send(req, res, json(HEALTH, { status, checks }, noStore));
  });
}

const level = (breaker: TargetSnapshot['breaker']): 'pass' | 'warn' =>
  breaker === 'closed' ? 'pass' : 'warn';
