/**
 * `/openapi.json`, `/openapi.yaml`, `/openapi/{service}.json`, `.yaml`: the documents, each made when it is asked for
 * first. `?tag=` and `?path=` give a part of one, which is a document itself, so that nobody has to read megabytes
 * for a few operations. `?media=` gives one with one media type for each response, for generators of clients.
 *
 * Reads `If-None-Match`; sends 200, 304, 400, 404. The media types are those that OpenAPI registers.
 */

import type { Router } from 'express';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { OPENAPI_JSON } from '../../../contract/media-types.ts';
import { Problem } from '../../../contract/problem.ts';
import { notFound } from '../../../contract/problems.ts';
import { LruCache } from '../../../http/lru-cache.ts';
import { type Entity, entity, get, send } from '../../../http/page/entity.ts';
import { runInSlices } from '../../../openapi/incremental.ts';
import { indexDocument } from '../../../openapi/publish/document-index.ts';
import { responseMediaTypes, withSingleMediaType } from '../../../openapi/publish/one-media-type.ts';
import { slice } from '../../../openapi/publish/slice.ts';
import { YAML } from '../discovery/discovery.ts';
import { once } from '../lazy.ts';
import { mediaOf, operationsOfPart, type Part, partOf, queryOf } from './document-part.ts';
import { jsonText, yamlText } from './document-text.ts';
import type { Published } from './published.ts';

type Write = (document: OpenAPIObject) => Promise<Entity>;

const WRITERS: Readonly<Record<string, Write>> = {
  json: async (document) => entity(OPENAPI_JSON, await runInSlices(jsonText(document))),
  yaml: async (document) => entity(YAML, await runInSlices(yamlText(document))),
};

const MOST_KEPT = 32 * 1024 * 1024;

interface View {
  readonly part: Part | undefined;
  /** The one media type of responses. */
  readonly media: string | undefined;
}

interface File {
  readonly whole: () => Promise<Entity>;
  readonly view: (view: View) => Promise<Entity>;
  readonly types: () => Promise<ReadonlySet<string>>;
}

export function documents(router: Router, published: readonly Published[]): void {
  const viewOfAll = views();
  const files = new Map<string, File>();
  for (const { path, document, outline } of published) {
    const types = once(async () => runInSlices(responseMediaTypes((await outline()).document)));
    const viewed = async ({ part, media }: View): Promise<OpenAPIObject> => {
      const whole = await outline();
      const of =
        media === undefined
          ? whole
          : await runInSlices(
              indexDocument(
                (await runInSlices(withSingleMediaType(whole.document, media))) as unknown as OpenAPIObject,
              ),
            );
      return runInSlices(slice(of, part ? operationsOfPart(of, part) : of.operations, path));
    };
    for (const [extension, write] of Object.entries(WRITERS)) {
      const name = path.replace(/json$/, extension);
      files.set(name, {
        whole: once(async () => write(await document())),
        view: (view) => viewOfAll(`${name}?${keyOf(view)}`, async () => write(await viewed(view))),
        types,
      });
    }
  }

  for (const path of ['/openapi.json', '/openapi.yaml', '/openapi/:file']) {
    get(router, path, async (req, res) => {
      const file = files.get(decodeURIComponent(req.path));
      if (!file) throw new Problem(notFound, `No document is called ${req.path}.`);
      const part = partOf(req.query);
      const media = await mediaOf(req.query, file.types);
      send(req, res, await (part || media ? file.view({ part, media }) : file.whole()));
    });
  }
}

const keyOf = ({ part, media }: View): string => JSON.stringify([part && queryOf(part), media]);

/** Views as they are asked for, one made after the other: each may be as large as the whole. */
function views(): (key: string, make: () => Promise<Entity>) => Promise<Entity> {
  const recent = new LruCache<Entity>({
    maxBytes: MOST_KEPT,
    bytesOf: (_, { body }) => Buffer.byteLength(body),
  });
  let last: Promise<unknown> = Promise.resolve();
  return (key, make) => {
    const found = recent.get(key);
    if (found) return Promise.resolve(found);
    const made = last.then(async () => {
      const known = recent.get(key);
      if (known) return known;
      const view = await make();
      recent.set(key, view);
      return view;
    });
    last = made.catch(() => {});
    return made;
  };
}
