/**
 * Walks over the schemas that a schema is composed of: its references, the parts of `allOf`, the alternatives of
 * `oneOf` and `anyOf` (JSON Schema 2020-12, Core §8.2.3, §10.2.1). Schemas may refer to each other in circles, and
 * the number of paths may be huge. Therefore each schema is visited once, and the walk has a limit.
 */
import { fragmentToken } from '../contract/json-pointer.ts';
import { isObject, type Json } from './load/grammar.ts';
import { isReference, referenceChain } from './reference.ts';

/** The most schemas that one walk visits. */
export const MAX_PARTS = 1000;

/** A schema, which may be `true` or `false`. Callers add what else they need to know about it. */
export interface SchemaPart {
  readonly node: unknown;
}

/**
 * Breadth first (near schemas first), or depth first (in document order). The order matters to callers for which
 * the first of two definitions counts.
 */
export type TraversalOrder = 'near-first' | 'as-written';

/**
 * Yields schemas that apply together, and all schemas that they are composed of. A schema is yielded before its
 * parts are requested.
 * @param partsOf the parts of one schema, as the caller understands them
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

/** Keywords whose subschemas apply to the same value. */
export const COMPOSITION = ['allOf', 'oneOf', 'anyOf'] as const;

/** The subschemas of a keyword that takes a schema or a list of schemas. */
export function subschemasOf(node: Json, pointer: string, keyword: string): LocatedSchema[] {
  const value = node[keyword];
  const at = `${pointer}/${fragmentToken(keyword)}`;
  if (Array.isArray(value)) return value.map((one, index) => ({ node: one, pointer: `${at}/${index}` }));
  return value === undefined ? [] : [{ node: value, pointer: at }];
}

/**
 * A schema of a document and all schemas that it is composed of. Keywords beside a reference apply too (Core
 * §8.2.3.1). A reference to nothing or to an anchor does not constrain a value, so it counts as `true`.
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

/** The schema and the targets of its reference, at the same distance. */
function withTargets(document: object, schema: LocatedSchema): LocatedSchema[] {
  if (!isReference(schema.node)) return [schema];
  const { steps } = referenceChain(document, schema.node.$ref);
  return [schema, ...steps.map(({ value, reference }) => ({ node: value ?? true, pointer: reference }))];
}

/** The composed schemas as objects, without their pointers: `true` becomes an empty schema, and `false` is left out. */
export const composedSchemas = (
  document: object,
  schema: unknown,
  keywords: readonly string[] = COMPOSITION,
): Json[] =>
  [...compositionOf(document, { node: schema, pointer: '#' }, keywords)]
    .map(({ node }) => (node === true ? {} : node))
    .filter(isObject);
