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
import type { ServiceSnapshot } from './service-state.ts';

const noStore = { 'Cache-Control': cache.never };

export function health(
  router: Router,
  ready: () => boolean,
  snapshot: () => readonly ServiceSnapshot[],
): void {
  const live = json(HEALTH, { status: 'pass' }, noStore);
  get(router, '/health/live', (req, res) => send(req, res, live));
  get(router, READY_PATH, (req, res) => {
    if (!ready()) {
      send(req, res, json(HEALTH, { status: 'fail', output: 'draining' }, noStore), 503);
      return;
    }
    const checks = Object.fromEntries(
      snapshot().flatMap(({ name, breaker, hasContract }) => [
        [`${name}:breaker`, [check(breaker, breaker === 'closed')]],
        ...(hasContract ? [] : [[`${name}:contract`, [check('unavailable', false)]]]),
      ]),
    ) as Record<string, ReturnType<typeof check>[]>;
    const status = Object.values(checks).some(([one]) => one?.status === 'warn') ? 'warn' : 'pass';
    send(req, res, json(HEALTH, { status, checks }, noStore));
  });
}

const check = (observedValue: string, isWell: boolean) => ({
  componentType: 'component',
  observedValue,
  status: isWell ? 'pass' : 'warn',
});
