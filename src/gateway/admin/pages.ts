/** What a generation of the gateway tells those who run it, beside its metrics: its health, and its status where that is not public. */
import { type RequestHandler, Router } from 'express';
import { HEALTH_PATH } from '../../contract/places.ts';
import { serveHealth } from '../../http/health.ts';
import type { ServiceDocument } from '../../hypermedia/graph.ts';
import { publicInfo } from '../document/merge.ts';
import { assets } from '../pages/assets.ts';
import { STATUS_PATH } from '../pages/discovery.ts';
import { gatewayHealth } from '../pages/health.ts';
import { serviceStatus } from '../pages/service-status.ts';
import { type StatusOptions, status } from '../pages/status.ts';

export interface AdminPagesOptions extends Pick<StatusOptions, 'snapshot' | 'refused' | 'live'> {
  readonly services: readonly ServiceDocument[];
  readonly isDraining: () => boolean;
}

export function adminPages(
  { services, snapshot, refused, isDraining, live }: AdminPagesOptions,
  hasStatus: boolean,
): RequestHandler {
  const router = Router({ caseSensitive: true });
  const links = hasStatus ? { about: STATUS_PATH } : {};
  serveHealth(router, { ...gatewayHealth(publicInfo({}), snapshot), isDraining, links });
  if (hasStatus) {
    assets(router);
    status(router, { services, snapshot, refused, live, isApart: true });
    serviceStatus(router, { services, snapshot, live, isApart: true });
  }
  router.get('/', (_req, res) => res.redirect(303, hasStatus ? STATUS_PATH : HEALTH_PATH));
  return router;
}
