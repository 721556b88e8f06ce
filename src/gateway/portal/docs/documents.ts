/**
 * `/openapi.json`, `/openapi.yaml`, `/openapi/{service}.json`, `.yaml`: serves the documents, created on first use.
 * `?tag=` and `?path=` select a part, which is a complete document, so that clients do not have to read megabytes for a
 * few operations. `?media=` keeps one media type for each response, for client generators.
 *
 * Reads `If-None-Match`. Sends 200, 304, 400, 404. The media types are those that OpenAPI registers.
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
import { lazy } from '../lazy.ts';
import { mediaOf, operationsOfPart, type Part, partOf, queryOf } from './document-part.ts';
import { jsonText, yamlText } from './document-text.ts';
import type { PublishedDocument } from './published-documents.ts';

type Write = (document: OpenAPIObject) => Promise<Entity>;

const WRITERS: Readonly<Record<string, Write>> = {
  json: async (document) => entity(OPENAPI_JSON, await runInSlices(jsonText(document))),
  yaml: async (document) => entity(YAML, await runInSlices(yamlText(document))),
};

const CACHE_BYTES = 32 * 1024 * 1024;

interface DocumentView {
  readonly part: Part | undefined;
  /** The media type to keep in responses. */
  readonly media: string | undefined;
}

interface DocumentFile {
  readonly whole: () => Promise<Entity>;
  readonly view: (view: DocumentView) => Promise<Entity>;
  readonly types: () => Promise<ReadonlySet<string>>;
}

export function documents(router: Router, published: readonly PublishedDocument[]): void {
  const viewOfAll = createViews();
  const files = new Map<string, DocumentFile>();
  for (const { path, document, index } of published) {
    const types = lazy(async () => runInSlices(responseMediaTypes((await index()).document)));
    const buildView = async ({ part, media }: DocumentView): Promise<OpenAPIObject> => {
      const whole = await index();
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
        whole: lazy(async () => write(await document())),
        view: (view) => viewOfAll(`${name}?${keyOf(view)}`, async () => write(await buildView(view))),
        types,
      });
    }
  }

  for (const path of ['/openapi.json', '/openapi.yaml', '/openapi/:file']) {
    get(router, path, async (req, res) => {
      const file = files.get(decodeURIComponent(req.path));
      if (!file) throw new Problem(notFound, `There is no document at ${req.path}.`);
      const part = partOf(req.query);
      const media = await mediaOf(req.query, file.types);
      send(req, res, await (part || media ? file.view({ part, media }) : file.whole()));
    });
  }
}

const keyOf = ({ part, media }: DocumentView): string => JSON.stringify([part && queryOf(part), media]);

/** Creates views one after the other and caches them: each may be as large as the whole document. */
function createViews(): (key: string, make: () => Promise<Entity>) => Promise<Entity> {
  const cache = new LruCache<Entity>({
    maxBytes: CACHE_BYTES,
    bytesOf: (_, { body }) => Buffer.byteLength(body),
  });
  let last: Promise<unknown> = Promise.resolve();
  return (key, make) => {
    const found = cache.get(key);
    if (found) return Promise.resolve(found);
    const made = last.then(async () => {
      const known = cache.get(key);
      if (known) return known;
      const view = await make();
      cache.set(key, view);
      return view;
    });
    last = made.catch(() => {});
    return made;
  };
}
