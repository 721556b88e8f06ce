/**
 * What operations a public document has, by tag and by place, looked up once: what the parts of a large one are made
 * from. Every operation of a public document has a tag, be it that of its service.
 */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { fragmentToken, fragmentTokens } from '../../contract/json-pointer.ts';
import type { Steps } from '../incremental.ts';
import { alternativesAmong } from '../load/discriminators.ts';
import { isObject, type Json, OWN_FIELDS } from '../load/grammar.ts';
import { operationsOf } from '../load/inherit-defaults.ts';
import { ADDITIONAL, fromNewestInSteps, isNewest } from '../load/openapi-3-2.ts';
import { resolveReference } from '../reference.ts';

export interface OutlinedOperation {
  readonly root: 'paths' | 'webhooks';
  /** Its path, or the name of its webhook. */
  readonly place: string;
  readonly method: string;
  readonly operation: Json;
  readonly tags: readonly string[];
  /** Where it is in the document, as a URI fragment (RFC 6901 §6). */
  readonly pointer: string;
}

export interface Outline {
  /** In the words of OpenAPI 3.1. */
  readonly document: Json;
  readonly isNewest: boolean;
  readonly operations: readonly OutlinedOperation[];
  /** Operations by tag: first those tags that are declared, in their order. */
  readonly tags: ReadonlyMap<string, readonly OutlinedOperation[]>;
  readonly byId: ReadonlyMap<unknown, OutlinedOperation>;
  /** By `placeOf` their pointers. */
  readonly byPointer: ReadonlyMap<string, OutlinedOperation>;
  readonly alternatives: ReturnType<typeof alternativesAmong>;
}

/** In steps, one a path. */
export function* outlineOf(published: OpenAPIObject): Steps<Outline> {
  const shown = published as unknown as Json;
  const document = isNewest(shown) ? yield* fromNewestInSteps(shown) : shown;
  const operations: OutlinedOperation[] = [];
  const byTag = new Map<string, OutlinedOperation[]>(declaredTags(document).map((tag) => [tag, []]));
  const byId = new Map<unknown, OutlinedOperation>();
  const byPointer = new Map<string, OutlinedOperation>();
  const add = (operation: OutlinedOperation): void => {
    operations.push(operation);
    byId.set(operation.operation.operationId, operation);
    byPointer.set(placeOf(operation.pointer), operation);
    for (const tag of new Set(operation.tags)) {
      const known = byTag.get(tag);
      if (known) known.push(operation);
      else byTag.set(tag, [operation]);
    }
  };
  for (const root of ['paths', 'webhooks'] as const)
    for (const [place, item] of Object.entries(isObject(document[root]) ? document[root] : {})) {
      for (const operation of outlined(document, root, place, item)) add(operation);
      yield;
    }
  const schemas = isObject(document.components) ? document.components.schemas : {};
  return {
    document,
    isNewest: isNewest(shown),
    operations,
    tags: new Map([...byTag].filter(([, { length }]) => length > 0)),
    byId,
    byPointer,
    alternatives: alternativesAmong(isObject(schemas) ? schemas : {}),
  };
}

/** The same for a pointer however it is written; not a local one is none. */
export const placeOf = (pointer: string): string =>
  pointer.startsWith('#') ? JSON.stringify(fragmentTokens(pointer)) : '';

function outlined(
  document: Json,
  root: OutlinedOperation['root'],
  place: string,
  item: unknown,
): OutlinedOperation[] {
  if (!isObject(item) || (root === 'paths' && place.startsWith('x-'))) return [];
  const base = typeof item.$ref === 'string' ? item.$ref : `#/${root}/${fragmentToken(place)}`;
  return operationsOf(resolveReference<Json>(document, item)).map(([method, operation]) => ({
    ...{ root, place, method, operation, tags: Array.isArray(operation.tags) ? operation.tags : [] },
    pointer: `${base}/${fieldOf(document, method)}`,
  }));
}

const OWN: ReadonlySet<string> = new Set(OWN_FIELDS);

/** Where the published document has a method. */
const fieldOf = (document: Json, method: string): string =>
  OWN.has(method) || !isNewest(document) ? method : `${ADDITIONAL}/${method.toUpperCase()}`;

const declaredTags = ({ tags }: Json): string[] =>
  (Array.isArray(tags) ? tags : []).flatMap((tag) =>
    isObject(tag) && typeof tag.name === 'string' ? [tag.name] : [],
  );
