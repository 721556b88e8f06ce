/**
 * The schemas that a schema is put together from: what it refers to, the parts of `allOf`, the choices of `oneOf` and
 * `anyOf` (JSON Schema 2020-12, Core §8.2.3, §10.2.1). Schemas may be made of each other in circles, and there may be
 * more ways through a document than can be gone: each schema is looked at once, and of very many only the first.
 */
import { fragmentToken } from '../contract/json-pointer.ts';
import { isObject, type Json } from './load/grammar.ts';
import { isReference, referenceChain } from './reference.ts';

/** More schemas than these are not looked at for one. */
export const MAX_PARTS = 1000;

/** A schema, which may be `true` or `false`, and what else its reader has to know of it. */
export interface SchemaPart {
  readonly node: unknown;
}

/**
 * What is near comes first, or each schema comes with all of its own parts, as they are written. That makes a difference
 * to a reader for which the first of two counts.
 */
export type TraversalOrder = 'near-first' | 'as-written';

/**
 * Schemas that hold together, and all that they are put together from. A part comes before its own parts are asked for.
 * @param partsOf the parts of one schema, as its reader understands it
 */
export function* walkComposition<Part extends SchemaPart>(
  roots: readonly Part[],
  partsOf: (node: Json, part: Part) => readonly Part[],
  order: TraversalOrder = 'near-first',
): Generator<Part> {
  const isDepthFirst = order === 'as-written';
  const ordered = (parts: readonly Part[]): readonly Part[] => (isDepthFirst ? parts.toReversed() : parts);
  const seen = new Set<unknown>();
  const pending = [...ordered(roots)];
  let position = 0;
  const next = (): Part | undefined => (isDepthFirst ? pending.pop() : pending[position++]);
  for (let part = next(); part !== undefined; part = next()) {
    const { node } = part;
    if (seen.has(node)) continue;
    if (seen.size >= MAX_PARTS) return;
    seen.add(node);
    yield part;
    if (isObject(node)) for (const one of ordered(partsOf(node, part))) pending.push(one);
  }
}

export interface LocatedSchema extends SchemaPart {
  /** JSON Pointer in URI fragment form (RFC 6901 §6): `#/components/schemas/Order`. */
  readonly pointer: string;
}

/** Keywords whose schemas are about the same value. */
export const COMPOSITION = ['allOf', 'oneOf', 'anyOf'] as const;

/** The schemas under one keyword that has a schema, or a list of them. */
export function subschemasOf(node: Json, pointer: string, keyword: string): LocatedSchema[] {
  const value = node[keyword];
  const at = `${pointer}/${fragmentToken(keyword)}`;
  if (Array.isArray(value)) return value.map((one, index) => ({ node: one, pointer: `${at}/${index}` }));
  return value === undefined ? [] : [{ node: value, pointer: at }];
}

/**
 * A schema of a document and all that it is put together from. What stands beside a reference counts too (Core §8.2.3.1).
 * A reference that leads nowhere, or to an anchor, says nothing of a value: `true` stands for its schema.
 * @param keywords that lead from a schema to its parts
 */
export const compositionOf = (
  document: object,
  root: LocatedSchema,
  keywords: readonly string[] = COMPOSITION,
  order?: TraversalOrder,
): Generator<LocatedSchema> =>
  walkComposition(
    withTargets(document, root),
    (node, { pointer }) =>
      keywords
        .flatMap((keyword) => subschemasOf(node, pointer, keyword))
        .flatMap((part) => withTargets(document, part)),
    order,
  );

/** What a reference leads to is as near as the reference itself. */
function withTargets(document: object, schema: LocatedSchema): LocatedSchema[] {
  if (!isReference(schema.node)) return [schema];
  const { steps } = referenceChain(document, schema.node.$ref);
  return [schema, ...steps.map(({ value, reference }) => ({ node: value ?? true, pointer: reference }))];
}

/** The same without their pointers, as objects: `true` is one that says nothing, and `false` is left out. */
export const composedSchemas = (
  document: object,
  schema: unknown,
  keywords: readonly string[] = COMPOSITION,
): Json[] =>
  [...compositionOf(document, { node: schema, pointer: '#' }, keywords)]
    .map(({ node }) => (node === true ? {} : node))
    .filter(isObject);
