/**
 * Everything the gateway answers itself, as one router. Made when the documents are loaded: a request only
 * chooses among what is there.
 */
import { Router } from 'express';
import type { Refusal } from '../../config/rejected-config.ts';
import { serveHealth } from '../../http/health.ts';
import { type MergeOptions, mergeIncrementally, publicInfo } from '../../openapi/merge/merge.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';
import { assets } from './assets.ts';
import { catalog } from './discovery/catalog.ts';
import { type Description, docsPath, STATUS_PATH, withoutStatus } from './discovery/discovery.ts';
import { explorer } from './discovery/explorer.ts';
import { home } from './discovery/home.ts';
import { problems } from './discovery/problems.ts';
import { relations } from './discovery/relations.ts';
import { docs } from './docs/docs.ts';
import { documents } from './docs/documents.ts';
import { publish } from './docs/published.ts';
import { gatewayHealth } from './status/health.ts';
import type { Live } from './status/live.ts';
import type { ServiceSnapshot } from './status/service-state.ts';
import { serviceStatus } from './status/service-status.ts';
import { status } from './status/status.ts';

export interface PagesOptions {
  readonly services: readonly ServiceDocument[];
  /** What the public document says of the whole. */
  readonly info?: MergeOptions['info'];
  /** How the services are now; it must not hold their addresses. */
  readonly status: () => readonly ServiceSnapshot[];
  /** Why the configuration is not the newest. */
  readonly refused?: () => Refusal | undefined;
  /** True as soon as the process drains. */
  readonly isDraining: () => boolean;
  readonly live: Live;
  /** Whether the status is told elsewhere, to those who run the gateway alone. */
  readonly hidesStatus?: boolean;
}

/** Paths under RESERVED_SEGMENTS; what it does not know it passes on. */
export function createPages({
  services,
  info: given = {},
  status: snapshot,
  refused = () => undefined,
  isDraining,
  live,
  hidesStatus = false,
}: PagesOptions): Router {
  const info = publicInfo(given);
  const published = publish(services, info.title, () => mergeIncrementally(services, { info }));
  const router = Router({ caseSensitive: true });
  const shown = hidesStatus ? withoutStatus : (links: readonly Description[]) => links;
  home(router, services, info, shown);
  assets(router);
  docs(router, published);
  documents(router, published);
  explorer(router, services, info);
  problems(router, services);
  relations(router, services);
  if (!hidesStatus) {
    status(router, { services, snapshot, refused, live });
    serviceStatus(router, { services, snapshot, live });
  }
  catalog(router, services, shown);
  serveHealth(router, {
    ...gatewayHealth(info, snapshot),
    ...{ isDraining, hidesChecks: hidesStatus },
    links: { 'service-doc': docsPath(), ...(!hidesStatus && { about: STATUS_PATH }) },
  });
  return router;
}
