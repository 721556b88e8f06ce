/** Pages of the admin listener: health, status, and actions on instances. */
import { type RequestHandler, Router } from 'express';
import { serveHealth } from '../../http/health.ts';
import { publicInfo } from '../../openapi/merge/merge.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';
import { assets } from '../portal/assets.ts';
import { STATUS_PATH } from '../portal/discovery/discovery.ts';
import { gatewayHealth } from '../portal/status/health.ts';
import { serviceStatus } from '../portal/status/service-status.ts';
import { type StatusOptions, status } from '../portal/status/status.ts';
import { type InstancesOptions, instances } from './instances.ts';

export interface AdminPagesOptions
  extends Pick<StatusOptions, 'snapshot' | 'refused' | 'tls' | 'faultySchemes' | 'live' | 'rateLimits'>,
    InstancesOptions {
  readonly services: readonly ServiceDocument[];
  readonly isDraining: () => boolean;
}

export function adminPages({
  services,
  targets,
  snapshot,
  refused,
  tls,
  faultySchemes,
  live,
  rateLimits,
  isDraining,
  log,
}: AdminPagesOptions): RequestHandler {
  const router = Router({ caseSensitive: true });
  const links = { about: STATUS_PATH };
  serveHealth(router, { ...gatewayHealth(publicInfo({}), snapshot), isDraining, links });
  assets(router);
  status(router, {
    services,
    snapshot,
    refused,
    tls,
    faultySchemes,
    live,
    rateLimits,
    isOnAdminListener: true,
  });
  serviceStatus(router, { services, snapshot, live, isOnAdminListener: true });
  instances(router, { targets, snapshot, log });
  router.get('/', (_req, res) => res.redirect(303, STATUS_PATH));
  return router;
}
