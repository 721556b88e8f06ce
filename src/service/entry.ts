/**
 * What a service has beside its operations: `/` with the links to start from, its document, and its health.
 *
 * Reads `Accept`; sends 200, 406. The document has the path that it has at a gateway, so that links to it hold
 * whichever way a caller came.
 */
import { Router } from 'express';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import type { Contract } from '../contract/contract.ts';
import { HAL, HEALTH, JSON_TYPE, OPENAPI_JSON } from '../contract/media-types.ts';
import { documentPath, READY_PATH } from '../contract/places.ts';
import { linkHeader } from '../http/link-header.ts';
import { negotiate } from '../http/negotiate.ts';
import { GET_CACHE_CONTROL } from './expansion.ts';

const WHOLE_DOCUMENT = '/openapi.json';

export function entry(contract: Contract, document: OpenAPIObject): Router {
  const { service, title, version, description, operations } = contract;
  const entries = operations.flatMap(({ entry, path, summary }) =>
    entry === undefined ? [] : [[entry, { href: path, title: summary }] as const],
  );
  const links = {
    self: { href: '/' },
    'service-desc': { href: documentPath(service), type: OPENAPI_JSON },
    status: { href: READY_PATH, type: HEALTH },
  };
  const home = { title, description, version, _links: { ...links, ...Object.fromEntries(entries) } };
  const link = linkHeader(Object.entries(links).map(([rel, value]) => ({ rel, ...value })));
  const router = Router();
  router.get('/', (req, res) => {
    res
      .vary('Accept')
      .type(negotiate(req.headers.accept, [HAL, JSON_TYPE]))
      .set({ Link: link, 'Cache-Control': GET_CACHE_CONTROL })
      .send(JSON.stringify(home));
  });
  router.get([WHOLE_DOCUMENT, documentPath(service)], (_req, res) => {
    res.type(OPENAPI_JSON).set('Cache-Control', GET_CACHE_CONTROL).send(JSON.stringify(document));
  });
  router.get(['/health/live', READY_PATH], (_req, res) => {
    res
      .type(HEALTH)
      .set('Cache-Control', 'no-store')
      .send(JSON.stringify({ status: 'pass', version }));
  });
  return router;
}
