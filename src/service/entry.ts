/**
 * Serves everything of a service besides its operations: `/` with the links to start from, its document, its
 * health, and the files of its pages.
 *
 * Reads `Accept`, `If-None-Match`. Sends 200, 304, 405, 406. The document has the same path as at a gateway, so
 * that links to it work with and without one.
 */
import { Router } from 'express';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import type { Contract } from '../contract/contract.ts';
import { HAL, HEALTH, JSON_TYPE, OPENAPI_JSON } from '../contract/media-types.ts';
import { documentPath, HEALTH_PATH, MERGED_DOCUMENT_PATH } from '../contract/shared-paths.ts';
import { linkHeader } from '../http/headers/link-header.ts';
import { privateCacheControl } from '../http/headers/private-response.ts';
import { type HealthOptions, serveHealth } from '../http/health.ts';
import { cache, type Entity, entity, get, jsonEntity, send, sendNegotiated } from '../http/page/entity.ts';
import { servePageFiles } from '../http/page/files.ts';
import { siteFiles } from '../http/page/site-files.ts';
import { encodeBody } from '../hypermedia/formats/format.ts';
import { formats } from '../hypermedia/formats/index.ts';
import type { LinkGraph } from '../hypermedia/graph/link-graph.ts';
import { callerOf } from './security/caller.ts';

const ENTRY_PATH = '/';

/** @param graph finds the operations of the links, so that each caller gets those that it may follow */
export function entryRouter(
  contract: Contract,
  document: OpenAPIObject,
  health: Pick<HealthOptions, 'isDraining' | 'checks'>,
  graph?: Pick<LinkGraph, 'operation'>,
): Router {
  const { service, title, version, description, operations } = contract;
  const entries = operations.flatMap(({ operationId, entry, path, summary }) => {
    const operation = graph?.operation(service, operationId);
    return entry === undefined ? [] : [{ operation, link: [entry, { href: path, title: summary }] as const }];
  });
  const links = {
    self: { href: ENTRY_PATH },
    'service-desc': { href: documentPath(service), type: OPENAPI_JSON },
    status: { href: HEALTH_PATH, type: HEALTH },
  };
  const link = linkHeader(Object.entries(links).map(([rel, value]) => ({ rel, ...value })));
  const entitiesOf = (offered: typeof entries, caching: Readonly<Record<string, string>>) => {
    const own = Object.fromEntries(offered.map((entry) => entry.link));
    const home = { title, description, version, _links: { ...links, ...own } };
    const headers = { Link: link, ...caching };
    const entities = new Map<string, () => Entity>();
    for (const type of [HAL, JSON_TYPE]) entities.set(type, constant(jsonEntity(type, home, headers)));
    const page = { url: ENTRY_PATH, operation: { title }, isFromGateway: false };
    for (const format of formats)
      if (format.rendering)
        entities.set(
          format.mediaType,
          constant(entity(format.mediaType, encodeBody(format, home, page), headers)),
        );
    return entities;
  };
  const everything = entitiesOf(entries, {});
  const router = Router();
  get(router, ENTRY_PATH, (req, res) => {
    const requestCaller = callerOf(req);
    const offered = entries.filter(({ operation }) => !operation || requestCaller.allows(operation));
    if (!requestCaller.dependsOnCaller) return sendNegotiated(req, res, everything);
    if (requestCaller.vary.length > 0) res.vary(requestCaller.vary.join(', '));
    const caching = { 'Cache-Control': privateCacheControl(cache.revalidate) };
    sendNegotiated(req, res, entitiesOf(offered, caching));
  });
  const documentEntity = jsonEntity(OPENAPI_JSON, document);
  for (const path of [MERGED_DOCUMENT_PATH, documentPath(service)])
    get(router, path, (req, res) => send(req, res, documentEntity));
  serveHealth(router, {
    ...health,
    serviceId: service,
    description: title,
    version,
    links: { 'service-desc': links['service-desc'].href },
  });
  servePageFiles(router, [
    ...siteFiles.values(),
    ...formats.flatMap(({ rendering }) => rendering?.files ?? []),
  ]);
  return router;
}

const constant =
  (entity: Entity): (() => Entity) =>
  () =>
    entity;
