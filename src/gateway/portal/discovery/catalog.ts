/**
 * `/.well-known/api-catalog` (RFC 9727): lists the APIs behind this gateway as a linkset (RFC 9264 §4.2), with the
 * descriptions (RFC 8631) of each API and of the whole gateway.
 *
 * Reads `If-None-Match`. Sends 200, 304; HEAD has the `Link` that RFC 9727 §2 requires.
 */
import type { Router } from 'express';
import { linkHeader } from '../../../http/headers/link-header.ts';
import { get, jsonEntity, send } from '../../../http/page/entity.ts';
import type { ServiceDocument } from '../../../openapi/service-document.ts';
import {
  byRelation,
  CATALOG_PATH,
  catalogLink,
  type DescriptionLink,
  gatewayDescriptions,
  LINKSET,
  type LinkFilter,
  serviceDescriptions,
} from './discovery.ts';
import { entryPointsOf } from './entry-points.ts';

export function catalog(router: Router, services: readonly ServiceDocument[], filterLinks: LinkFilter): void {
  const apis = services.map((service) => ({ service, href: endpointOf(service) }));
  const linkset = [
    {
      anchor: CATALOG_PATH,
      item: apis.map(({ service, href }) => ({ href, title: service.document.info.title })),
    },
    context('/', filterLinks(gatewayDescriptions)),
    ...apis.map(({ service, href }) => context(href, filterLinks(serviceDescriptions(service)))),
  ];
  const catalogEntity = jsonEntity(LINKSET, { linkset }, { Link: linkHeader([catalogLink]) });
  get(router, CATALOG_PATH, (req, res) => send(req, res, catalogEntity));
}

const context = (anchor: string, links: readonly DescriptionLink[]) => ({
  anchor,
  ...Object.fromEntries(byRelation(links)),
});

/** The entry point of the API; its document, if all entry points need parameters. */
const endpointOf = (service: ServiceDocument): string => {
  const entry = entryPointsOf(service).find(({ href }) => !href.includes('{'));
  return entry?.href ?? `/openapi/${service.name}.json`;
};
