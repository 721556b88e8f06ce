/**
 * `/openapi.json`, `/openapi.yaml`, `/openapi/{service}.json`, `.yaml`: the documents, each made when it is asked for
 * first. `?tag=` and `?path=` give a part of one, which is a document itself, so that nobody has to read megabytes
 * for a few operations. `?media=` gives one with one media type for each response, for generators of clients.
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
import { responseTypes, withOneType } from '../document/one-media-type.ts';
import { outlineOf } from '../document/outline.ts';
import { slice } from '../document/slice.ts';
import { YAML } from './discovery.ts';
import { once } from './once.ts';
import { mediaOf, operationsOfPart, type Part, partOf, queryOf } from './part.ts';
import type { Published } from './published.ts';
import { Recent } from './recent.ts';

type Write = (document: OpenAPIObject) => Entity;

const WRITERS: Readonly<Record<string, Write>> = {
  json: (document) => json(OPENAPI_JSON, document),
  yaml: (document) => entity(YAML, stringify(document, { aliasDuplicateObjects: false })),
};

const MOST_KEPT = 32 * 1024 * 1024;

interface View {
  readonly part: Part | undefined;
  /** The one media type of responses. */
  readonly media: string | undefined;
}

interface File {
  readonly whole: () => Entity;
  readonly view: (view: View) => Entity;
  readonly types: () => ReadonlySet<string>;
}

export function documents(router: Router, published: readonly Published[]): void {
  const recent = new Recent(MOST_KEPT);
  const files = new Map<string, File>();
  for (const { path, document, outline } of published) {
    const types = once(() => responseTypes(outline().document));
    const viewed = ({ part, media }: View): OpenAPIObject => {
      const of =
        media === undefined
          ? outline()
          : outlineOf(withOneType(outline().document, media) as unknown as OpenAPIObject);
      return slice(of, part ? operationsOfPart(of, part) : of.operations, path);
    };
    for (const [extension, write] of Object.entries(WRITERS)) {
      const name = path.replace(/json$/, extension);
      files.set(name, {
        whole: once(() => write(document())),
        view: (view) => recent.get(`${name}?${keyOf(view)}`, () => write(viewed(view))),
        types,
      });
    }
  }

  for (const path of ['/openapi.json', '/openapi.yaml', '/openapi/:file']) {
    get(router, path, (req, res) => {
      const file = files.get(decodeURIComponent(req.path));
      if (!file) throw new Problem(notFound, `No document is called ${req.path}.`);
      const part = partOf(req.query);
      const media = mediaOf(req.query, file.types);
      send(req, res, part || media ? file.view({ part, media }) : file.whole());
    });
  }
}

const keyOf = ({ part, media }: View): string => JSON.stringify([part && queryOf(part), media]);
