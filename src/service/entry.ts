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
import { type HealthOptions, serveHealth } from '../http/health.ts';
import { type Entity, entity, get, jsonEntity, send, sendNegotiated } from '../http/page/entity.ts';
import { servePageFiles } from '../http/page/files.ts';
import { siteFiles } from '../http/page/site-files.ts';
import { encodeBody } from '../hypermedia/formats/format.ts';
import { formats } from '../hypermedia/formats/index.ts';

export function entryRouter(
  contract: Contract,
  document: OpenAPIObject,
  health: Pick<HealthOptions, 'isDraining' | 'checks'>,
): Router {
  const { service, title, version, description, operations } = contract;
  const entries = operations.flatMap(({ entry, path, summary }) =>
    entry === undefined ? [] : [[entry, { href: path, title: summary }] as const],
  );
  const links = {
    self: { href: '/' },
    'service-desc': { href: documentPath(service), type: OPENAPI_JSON },
    status: { href: HEALTH_PATH, type: HEALTH },
  };
  const home = { title, description, version, _links: { ...links, ...Object.fromEntries(entries) } };
  const link = linkHeader(Object.entries(links).map(([rel, value]) => ({ rel, ...value })));
  const entities = new Map<string, () => Entity>();
  for (const type of [HAL, JSON_TYPE]) entities.set(type, constant(jsonEntity(type, home, { Link: link })));
  const page = { url: home._links.self.href, operation: { title }, isFromGateway: false };
  for (const format of formats)
    if (format.rendering)
      entities.set(
        format.mediaType,
        constant(entity(format.mediaType, encodeBody(format, home, page), { Link: link })),
      );
  const router = Router();
  get(router, home._links.self.href, (req, res) => sendNegotiated(req, res, entities));
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
