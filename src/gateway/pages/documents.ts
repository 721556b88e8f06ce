/**
 * `/openapi.json`, `/openapi.yaml`, `/openapi/{service}.json`, `.yaml`: the documents, each made when it is asked for
 * first. `?tag=` and `?path=` give a part of one, which is a document itself, so that nobody has to read megabytes
 * for a few operations.
 *
 * Reads `If-None-Match`; sends 200, 304, 400, 404. The media types are those that OpenAPI registers.
 */
import type { Router } from 'express';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { stringify } from 'yaml';
import { OPENAPI_JSON } from '../../contract/media-types.ts';
import { Problem } from '../../contract/problem.ts';
import { notFound } from '../../contract/problems.ts';
import { type Entity, entity, get, json, send } from '../../http/entity.ts';
import { slice } from '../document/slice.ts';
import { YAML } from './discovery.ts';
import { once } from './once.ts';
import { operationsOfPart, type Part, partOf, queryOf } from './part.ts';
import type { Published } from './published.ts';
import { Recent } from './recent.ts';

type Write = (document: OpenAPIObject) => Entity;

const WRITERS: Readonly<Record<string, Write>> = {
  json: (document) => json(OPENAPI_JSON, document),
  yaml: (document) => entity(YAML, stringify(document, { aliasDuplicateObjects: false })),
};

const MOST_KEPT = 32 * 1024 * 1024;

interface File {
  readonly whole: () => Entity;
  readonly part: (part: Part) => Entity;
}

export function documents(router: Router, published: readonly Published[]): void {
  const recent = new Recent(MOST_KEPT);
  const files = new Map<string, File>();
  for (const { path, document, outline } of published)
    for (const [extension, write] of Object.entries(WRITERS)) {
      const name = path.replace(/json$/, extension);
      const sliced = (part: Part) => slice(outline(), operationsOfPart(outline(), part), path);
      files.set(name, {
        whole: once(() => write(document())),
        part: (part) => recent.get(`${name}?${queryOf(part)}`, () => write(sliced(part))),
      });
    }

  for (const path of ['/openapi.json', '/openapi.yaml', '/openapi/:file']) {
    get(router, path, (req, res) => {
      const file = files.get(decodeURIComponent(req.path));
      if (!file) throw new Problem(notFound, `No document is called ${req.path}.`);
      const part = partOf(req.query);
      send(req, res, part ? file.part(part) : file.whole());
    });
  }
}
