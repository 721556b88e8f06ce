/**
 * Removes broken references, links without an operation, and discriminator mappings without a schema from a
 * document. A missing schema allows any value, and its description says so. A missing response stays with such a
 * description too.
 */

import type { Incremental } from '../incremental.ts';
import { isObject, type Json, type Kind, walkIncrementally } from '../load/grammar.ts';
import { isOpenApi32, toOpenApi32 } from '../load/openapi-3-2.ts';
import { followReference, resolveReference } from '../reference.ts';
import { valueAt } from '../value-at.ts';

export function* pruneBrokenReferences(document: Json): Incremental<Json> {
  const operations = new Set<unknown>();
  yield* walkIncrementally(document, (node, kind) => {
    if (kind === 'operation') operations.add(node.operationId);
    return node;
  });
  const pruned = yield* walkIncrementally(document, (node, kind) => {
    if (typeof node.$ref === 'string' && isBroken(document, node.$ref))
      return withoutReference(kind === 'schema' ? withoutNullable(node) : node, kind);
    if (kind === 'link') return hasTarget(node, operations, document) ? node : undefined;
    return kind === 'schema' ? withoutNullable(pruneMapping(node, document)) : node;
  });
  return isOpenApi32(document) ? yield* toOpenApi32(pruned) : pruned;
}

/** Whether a reference leads to nothing in the document; circular references count as valid. */
export function isBroken(document: object, reference: string): boolean {
  const { outcome } = followReference(document, reference);
  return outcome === 'missing' || outcome === 'external';
}

function withoutReference({ $ref, ...rest }: Json, kind: Kind): Json | undefined {
  if (kind !== 'schema' && kind !== 'response') return undefined;
  return { ...rest, description: `Refers to ${$ref}, which does not exist.` };
}

function hasTarget(node: Json, operations: ReadonlySet<unknown>, document: Json): boolean {
  const link = resolveReference<Json>(document, node);
  if (link === undefined) return false;
  const { operationId, operationRef } = link;
  if (typeof operationRef === 'string' && operationRef.startsWith('#') && isBroken(document, operationRef))
    return false;
  return operationId === undefined || operations.has(operationId);
}

/** Removes `nullable`, which has no meaning since 3.1. */
function withoutNullable(schema: Json): Json {
  if (!Object.hasOwn(schema, 'nullable')) return schema;
  const { nullable: _, ...rest } = schema;
  return rest;
}

function pruneMapping(schema: Json, document: Json): Json {
  const { discriminator } = schema;
  if (!isObject(discriminator) || !isObject(discriminator.mapping)) return schema;
  const mapping = Object.entries(discriminator.mapping).filter(
    ([, target]) => typeof target === 'string' && isMappingTarget(target, document),
  );
  const { defaultMapping, ...rest } = discriminator;
  const hasDefault = typeof defaultMapping === 'string' && isMappingTarget(defaultMapping, document);
  return {
    ...schema,
    discriminator: { ...rest, ...(hasDefault && { defaultMapping }), mapping: Object.fromEntries(mapping) },
  };
}

/** Whether a mapping names a component or a reference that exists (OpenAPI 3.1 §4.8.25.4). */
const isMappingTarget = (target: string, document: Json): boolean =>
  /^[\w.-]+$/.test(target)
    ? valueAt(document, ['components', 'schemas', target]) !== undefined
    : !isBroken(document, target);
