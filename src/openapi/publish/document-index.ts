/**
 * Indexes the operations of a public document by tag, id and pointer, so that parts of a large document are built
 * quickly. Every operation of a public document has a tag, at least that of its service.
 */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { fragmentToken, fragmentTokens } from '../../contract/json-pointer.ts';
import type { Incremental } from '../incremental.ts';
import { alternativesAmong } from '../load/discriminators.ts';
import { isObject, type Json, METHOD_FIELDS } from '../load/grammar.ts';
import { operationsOf } from '../load/inherit-defaults.ts';
import { ADDITIONAL_OPERATIONS, isOpenApi32, toOpenApi31Incrementally } from '../load/openapi-3-2.ts';
import { resolveReference } from '../reference.ts';

export interface IndexedOperation {
  readonly root: 'paths' | 'webhooks';
  /** The path, or the name of the webhook. */
  readonly path: string;
  readonly method: string;
  readonly operation: Json;
  readonly tags: readonly string[];
  /** The operation's pointer in the document, as a URI fragment (RFC 6901 §6). */
  readonly pointer: string;
}

export interface DocumentIndex {
  /** The document as OpenAPI 3.1. */
  readonly document: Json;
  readonly isOpenApi32: boolean;
  readonly operations: readonly IndexedOperation[];
  /** Operations by tag. Declared tags come first, in their order. */
  readonly tags: ReadonlyMap<string, readonly IndexedOperation[]>;
  readonly byId: ReadonlyMap<unknown, IndexedOperation>;
  /** Operations by the `pointerKey` of their pointers. */
  readonly byPointer: ReadonlyMap<string, IndexedOperation>;
  readonly alternatives: ReturnType<typeof alternativesAmong>;
}

/** Indexes a document in steps, one for each path. */
export function* indexDocument(published: OpenAPIObject): Incremental<DocumentIndex> {
  const shown = published as unknown as Json;
  const document = isOpenApi32(shown) ? yield* toOpenApi31Incrementally(shown) : shown;
  const operations: IndexedOperation[] = [];
  const byTag = new Map<string, IndexedOperation[]>(declaredTags(document).map((tag) => [tag, []]));
  const byId = new Map<unknown, IndexedOperation>();
  const byPointer = new Map<string, IndexedOperation>();
  const add = (operation: IndexedOperation): void => {
    operations.push(operation);
    byId.set(operation.operation.operationId, operation);
    byPointer.set(pointerKey(operation.pointer), operation);
    for (const tag of new Set(operation.tags)) {
      const known = byTag.get(tag);
      if (known) known.push(operation);
      else byTag.set(tag, [operation]);
    }
  };
  for (const root of ['paths', 'webhooks'] as const)
    for (const [place, item] of Object.entries(isObject(document[root]) ? document[root] : {})) {
      for (const operation of indexPathItem(document, root, place, item)) add(operation);
      yield;
    }
  const schemas = isObject(document.components) ? document.components.schemas : {};
  return {
    document,
    isOpenApi32: isOpenApi32(shown),
    operations,
    tags: new Map([...byTag].filter(([, { length }]) => length > 0)),
    byId,
    byPointer,
    alternatives: alternativesAmong(isObject(schemas) ? schemas : {}),
  };
}

/** A key that is equal for all spellings of a local pointer; empty for other references. */
export const pointerKey = (pointer: string): string =>
  pointer.startsWith('#') ? JSON.stringify(fragmentTokens(pointer)) : '';

function indexPathItem(
  document: Json,
  root: IndexedOperation['root'],
  path: string,
  item: unknown,
): IndexedOperation[] {
  if (!isObject(item) || (root === 'paths' && path.startsWith('x-'))) return [];
  const base = typeof item.$ref === 'string' ? item.$ref : `#/${root}/${fragmentToken(path)}`;
  return operationsOf(resolveReference<Json>(document, item)).map(([method, operation]) => ({
    root,
    path,
    method,
    operation,
    tags: Array.isArray(operation.tags) ? operation.tags : [],
    pointer: `${base}/${methodField(document, method)}`,
  }));
}

const METHODS_WITH_FIELD: ReadonlySet<string> = new Set(METHOD_FIELDS);

/** The field of a method in the published document. */
const methodField = (document: Json, method: string): string =>
  METHODS_WITH_FIELD.has(method) || !isOpenApi32(document)
    ? method
    : `${ADDITIONAL_OPERATIONS}/${method.toUpperCase()}`;

const declaredTags = ({ tags }: Json): string[] =>
  (Array.isArray(tags) ? tags : []).flatMap((tag) =>
    isObject(tag) && typeof tag.name === 'string' ? [tag.name] : [],
  );
