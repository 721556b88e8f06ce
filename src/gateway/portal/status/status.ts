/**
 * `/status`: the state of the services as the gateway sees it. HTML for people, server-sent events that update the page,
 * and HAL for programs.
 *
 * Reads `Accept`. Sends 200, 406, 503; never cached. Addresses of services are not shown.
 */
import type { Router } from 'express';
import type { RejectedConfig } from '../../../config/rejected-config.ts';
import { cache, entity, get, HTML, sendNegotiated } from '../../../http/page/entity.ts';
import type { TlsStatus } from '../../../http/server/tls/server-certificate.ts';
import type { LinkValue, Representation } from '../../../hypermedia/representation.ts';
import type { ServiceDocument } from '../../../openapi/service-document.ts';
import type { RateLimitsSnapshot } from '../../rate-limits/rate-limiter.ts';
import { STATUS_PATH, servicePath } from '../discovery/discovery.ts';
import { representations } from '../discovery/representations.ts';
import { linkDependenciesOf } from './dependents.ts';
import { type LiveUpdates, monitorOf, sendLive } from './live-updates.ts';
import { rateLimitsState } from './rate-limits.ts';
import { descriptionOf, type ServiceSnapshot, stateOf } from './service-state.ts';
import { renderStatus, type StatusView, statusPage } from './status-page.ts';

const noStore = { 'Cache-Control': cache.never };

export interface StatusOptions {
  readonly services: readonly ServiceDocument[];
  readonly snapshot: () => readonly ServiceSnapshot[];
  readonly refused: () => RejectedConfig | undefined;
  /** The state of the certificate, if the gateway serves HTTPS. */
  readonly tls?: (() => TlsStatus | undefined) | undefined;
  /** The names of the security schemes with faults, such as a broken file. */
  readonly faultySchemes?: (() => readonly string[]) | undefined;
  readonly live: LiveUpdates;
  readonly rateLimits?: (() => RateLimitsSnapshot | undefined) | undefined;
  /** Whether the page is served on the admin listener, without the other pages of the gateway. */
  readonly isOnAdminListener?: boolean;
}

export function status(
  router: Router,
  {
    services,
    snapshot,
    refused,
    tls = () => undefined,
    faultySchemes = () => [],
    live,
    rateLimits,
    isOnAdminListener = false,
  }: StatusOptions,
): void {
  const { history } = live;
  const linkDependencies = linkDependenciesOf(services);
  const now = (): StatusView => ({
    services: snapshot(),
    linkDependencies,
    history,
    refused: refused(),
    rateLimits: rateLimits?.(),
    tls: tls(),
    faultySchemes: faultySchemes(),
    isOnAdminListener,
  });
  get(router, STATUS_PATH, (req, res) => {
    if (sendLive(req, res, live, () => renderStatus(now()))) return;
    const page = () => entity(HTML, statusPage(now()), noStore);
    sendNegotiated(req, res, representations(statusOf(now()), page, noStore));
  });
}

const statusOf = ({
  services,
  refused: all,
  rateLimits,
  tls,
  faultySchemes,
  isOnAdminListener,
}: StatusView): Omit<Representation, 'actions'> => ({
  name: 'Status',
  links: new Map<string, LinkValue>([
    ['self', { href: STATUS_PATH }],
    ['monitor', monitorOf(STATUS_PATH)],
    ...(isOnAdminListener ? [] : [['home', { href: '/' }] as const]),
  ]),
  state: {
    ...(all && { refused: all }),
    ...(rateLimits && { rateLimits: rateLimitsState(rateLimits) }),
    ...(tls && { tls }),
    ...(faultySchemes.length > 0 && { faultySchemes }),
    services: services.map((service) => ({
      _links: {
        self: { href: servicePath(service.name) },
        ...(!isOnAdminListener && descriptionOf(service)),
      },
      ...stateOf(service),
    })),
  },
});
