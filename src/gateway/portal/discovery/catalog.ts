/**
 * `/.well-known/api-catalog` (RFC 9727): the APIs behind this gateway as a linkset (RFC 9264 §4.2): the catalog
 * and its items, then for each of them, and for everything together, what describes it (RFC 8631).
 *
 * Reads `If-None-Match`; sends 200, 304; HEAD has the `Link` that RFC 9727 §2 asks for.
 */
import type { Router } from 'express';
import { linkHeader } from '../../../http/headers/link-header.ts';
import { get, json, send } from '../../../http/page/entity.ts';
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

export function catalog(router: Router, services: readonly ServiceDocument[], shown: LinkFilter): void {
  const apis = services.map((service) => ({ service, href: endpointOf(service) }));
  const linkset = [
    {
      anchor: CATALOG_PATH,
      item: apis.map(({ service, href }) => ({ href, title: service.document.info.title })),
    },
    context('/', shown(gatewayDescriptions)),
    ...apis.map(({ service, href }) => context(href, shown(serviceDescriptions(service)))),
  ];
  const catalogEntity = json(LINKSET, { linkset }, { Link: linkHeader([catalogLink]) });
  get(router, CATALOG_PATH, (req, res) => send(req, res, catalogEntity));
}

const context = (anchor: string, links: readonly DescriptionLink[]) => ({
  anchor,
  ...Object.fromEntries(byRelation(links)),
});

/** Where the API is entered; one that needs to know something first is known by its document. */
const endpointOf = (service: ServiceDocument): string => {
  const entry = entryPointsOf(service).find(({ href }) => !href.includes('{'));
  return entry?.href ?? `/openapi/${service.name}.json`;
};
