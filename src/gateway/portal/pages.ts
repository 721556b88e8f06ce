/**
 * All pages of the gateway itself, as one router. They are created when the documents are loaded, so that requests only
 * select one.
 */
import { Router } from 'express';
import type { RejectedConfig } from '../../config/rejected-config.ts';
import { serveHealth } from '../../http/health.ts';
import type { TlsStatus } from '../../http/server/tls/server-certificate.ts';
import { type MergeOptions, mergeIncrementally, publicInfo } from '../../openapi/merge/merge.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';
import type { RateLimitsSnapshot } from '../rate-limits/rate-limiter.ts';
import { assets } from './assets.ts';
import { catalog } from './discovery/catalog.ts';
import { type DescriptionLink, docsPath, hideStatus, STATUS_PATH } from './discovery/discovery.ts';
import { explorer } from './discovery/explorer.ts';
import { home } from './discovery/home.ts';
import { problems } from './discovery/problems.ts';
import { relations } from './discovery/relations.ts';
import { docs } from './docs/docs.ts';
import { documents } from './docs/documents.ts';
import { publish } from './docs/published-documents.ts';
import { gatewayHealth } from './status/health.ts';
import type { LiveUpdates } from './status/live-updates.ts';
import type { ServiceSnapshot } from './status/service-state.ts';
import { serviceStatus } from './status/service-status.ts';
import { status } from './status/status.ts';

export interface PagesOptions {
  readonly services: readonly ServiceDocument[];
  /** The documents for the public document of all services, where they differ. */
  readonly mergedServices?: readonly ServiceDocument[] | undefined;
  /** Title and version of the public document. */
  readonly info?: MergeOptions['info'];
  /** The current state of the services. It must not contain their addresses. */
  readonly status: () => readonly ServiceSnapshot[];
  /** Why the newest configuration is not in use. */
  readonly refused?: () => RejectedConfig | undefined;
  /** The state of the certificate, if the gateway serves HTTPS. */
  readonly tls?: () => TlsStatus | undefined;
  /** Whether the process is draining. */
  readonly isDraining: () => boolean;
  /** The names of the security schemes with faults, such as a broken file. */
  readonly faultySchemes?: () => readonly string[];
  readonly live: LiveUpdates;
  /** The state of the rate limits, if any are configured. */
  readonly rateLimits?: (() => RateLimitsSnapshot | undefined) | undefined;
  /** Whether status is served only on the admin listener. */
  readonly hidesStatus?: boolean;
}

/** Serves paths under RESERVED_SEGMENTS. Unknown paths continue to the next handler. */
export function createPages({
  services,
  mergedServices = services,
  info: givenInfo = {},
  status: snapshot,
  refused = () => undefined,
  tls,
  faultySchemes,
  isDraining,
  live,
  rateLimits,
  hidesStatus = false,
}: PagesOptions): Router {
  const info = publicInfo(givenInfo);
  const published = publish(services, info.title, () => mergeIncrementally(mergedServices, { info }));
  const router = Router({ caseSensitive: true });
  const filterLinks = hidesStatus ? hideStatus : (links: readonly DescriptionLink[]) => links;
  home(router, services, info, filterLinks);
  assets(router);
  docs(router, published);
  documents(router, published);
  explorer(router, services, info);
  problems(router, services);
  relations(router, services);
  if (!hidesStatus) {
    status(router, { services, snapshot, refused, tls, faultySchemes, live, rateLimits });
    serviceStatus(router, { services, snapshot, live });
  }
  catalog(router, services, filterLinks);
  serveHealth(router, {
    ...gatewayHealth(info, snapshot),
    isDraining,
    hidesChecks: hidesStatus,
    links: { 'service-doc': docsPath(), ...(!hidesStatus && { about: STATUS_PATH }) },
  });
  return router;
}
