/** What a service has beside its operations: `/` with the links to start from, its document, and its health. */
import { Router } from 'express';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import type { Contract } from '../contract/contract.ts';
import { HAL, JSON_TYPE } from '../contract/media-types.ts';
import { negotiate } from '../http/negotiate.ts';

const DOCUMENT_PATH = '/openapi.json';

export function entry(contract: Contract, document: OpenAPIObject): Router {
  const { title, version, description, operations } = contract;
  const links = operations.flatMap(({ entry, path, summary }) =>
    entry === undefined ? [] : [[entry, { href: path, title: summary }] as const],
  );
  const home = {
    title,
    description,
    version,
    _links: {
      self: { href: '/' },
      ...Object.fromEntries(links),
      'service-desc': { href: DOCUMENT_PATH, type: JSON_TYPE },
    },
  };
  const router = Router();
  router.get('/', (req, res) => {
    res
      .vary('Accept')
      .type(negotiate(req.headers.accept, [HAL, JSON_TYPE]))
      .send(JSON.stringify(home));
  });
  router.get(DOCUMENT_PATH, (_req, res) => {
    res.json(document);
  });
  router.get(['/health/live', '/health/ready'], (_req, res) => {
    res.type('application/health+json').send(JSON.stringify({ status: 'pass', version }));
  });
  return router;
}
