/**
 * What a service has beside its operations: `/` with the links to start from, its document, its health, and the files
 * of its pages.
 *
 * Reads `Accept`, `If-None-Match`; sends 200, 304, 405, 406. The document has the path that it has at a gateway, so that links to it hold
 * whichever way a caller came.
 */
import { Router } from 'express';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import type { Contract } from '../contract/contract.ts';
import { HAL, HEALTH, JSON_TYPE, OPENAPI_JSON } from '../contract/media-types.ts';
import { documentPath, HEALTH_PATH, MERGED_DOCUMENT_PATH } from '../contract/shared-paths.ts';
import { linkHeader } from '../http/headers/link-header.ts';
import { type HealthOptions, serveHealth } from '../http/health.ts';
import { type Entity, entity, get, json, send, sendNegotiated } from '../http/page/entity.ts';
import { servePageFiles } from '../http/page/files.ts';
import { siteFiles } from '../http/page/site-files.ts';
import { formats } from '../hypermedia/formats/index.ts';

export function entry(
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
  const made = new Map<string, () => Entity>();
  for (const type of [HAL, JSON_TYPE]) made.set(type, always(json(type, home, { Link: link })));
  const asked = { url: home._links.self.href, operation: { title }, isFromGateway: false };
  for (const { mediaType, rendering } of formats)
    if (rendering)
      made.set(mediaType, always(entity(mediaType, rendering.serialize(home, asked), { Link: link })));
  const router = Router();
  get(router, home._links.self.href, (req, res) => sendNegotiated(req, res, made));
  const whole = json(OPENAPI_JSON, document);
  for (const path of [MERGED_DOCUMENT_PATH, documentPath(service)])
    get(router, path, (req, res) => send(req, res, whole));
  serveHealth(router, {
    ...{ serviceId: service, description: title, version, ...health },
    links: { 'service-desc': links['service-desc'].href },
  });
  servePageFiles(router, [
    ...siteFiles.values(),
    ...formats.flatMap(({ rendering }) => rendering?.files ?? []),
  ]);
  return router;
}

const always =
  (made: Entity): (() => Entity) =>
  () =>
    made;
