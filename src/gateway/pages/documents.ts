/**
 * `/openapi.json`, `/openapi.yaml`, `/openapi/{service}.json`, `.yaml`: the documents, each made when it is asked for
 * first: a start does not wait for what may be megabytes.
 *
 * Reads `If-None-Match`; sends 200, 304, 404. The media types are those that OpenAPI registers.
 */
import type { Router } from 'express';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { stringify } from 'yaml';
import { OPENAPI_JSON } from '../../contract/media-types.ts';
import { Problem } from '../../contract/problem.ts';
import { notFound } from '../../contract/problems.ts';
import { type Entity, entity, get, json, send } from '../../http/entity.ts';
import type { ServiceDocument } from '../../hypermedia/graph.ts';
import { publicDocument } from '../document/merge.ts';
import { YAML } from './discovery.ts';
import { once } from './once.ts';

const toYaml = (document: OpenAPIObject): string => stringify(document, { aliasDuplicateObjects: false });

export function documents(
  router: Router,
  services: readonly ServiceDocument[],
  merged: () => OpenAPIObject,
): void {
  const files = new Map<string, () => Entity>();
  const add = (name: string, document: () => OpenAPIObject): void => {
    files.set(
      `${name}.json`,
      once(() => json(OPENAPI_JSON, document())),
    );
    files.set(
      `${name}.yaml`,
      once(() => entity(YAML, toYaml(document()))),
    );
  };
  add('/openapi', merged);
  for (const service of services)
    add(
      `/openapi/${service.name}`,
      once(() => publicDocument(service)),
    );

  for (const path of ['/openapi.json', '/openapi.yaml', '/openapi/:file']) {
    get(router, path, (req, res) => {
      const file = files.get(decodeURIComponent(req.path));
      if (!file) throw new Problem(notFound, `No document is called ${req.path}.`);
      send(req, res, file());
    });
  }
}
