/** The members that a schema defines, at any depth: the names that `fields` may use. */
import type { ReferenceObject, SchemaObject } from 'openapi3-ts/oas31';
import { COMPOSITION, composedSchemas } from '../../openapi/schema-composition.ts';

/** The members of an object; for an array, the members of its elements. */
export interface SchemaMembers {
  readonly names: readonly string[];
  /** Whether the schema allows other members. */
  readonly open: boolean;
  /** The members of a member; undefined for an unknown name. */
  member(name: string): SchemaMembers | undefined;
}

type Schema = SchemaObject | ReferenceObject;

/** Keywords that lead to members; `items` because an array has the members of its elements. */
const MEMBER_KEYWORDS = [...COMPOSITION, 'items'];

/** @param without names that do not belong to the state */
export function membersOf(
  document: object,
  schema: Schema | undefined,
  without: ReadonlySet<string> = new Set(),
): SchemaMembers {
  const all: SchemaObject[] = composedSchemas(document, schema, MEMBER_KEYWORDS);
  const properties = Map.groupBy(
    all.flatMap((one) => Object.entries(one.properties ?? {})).filter(([name]) => !without.has(name)),
    ([name]) => name,
  );
  const known = new Map<string, SchemaMembers>();
  return {
    names: [...properties.keys()],
    open: all.some(hasMore) || (properties.size === 0 && all.some(isBare)),
    // Schemas may contain themselves, so deeper levels are read on demand.
    member(name) {
      const found = properties.get(name);
      if (found === undefined) return undefined;
      const member = known.get(name) ?? membersOf(document, { allOf: found.map(([, inner]) => inner) });
      known.set(name, member);
      return member;
    },
  };
}

const hasMore = (schema: SchemaObject): boolean =>
  (schema.additionalProperties ?? false) !== false || 'patternProperties' in schema;

/** Whether the schema allows objects without describing them. */
function isBare(schema: SchemaObject): boolean {
  if (schema.enum !== undefined || schema.additionalProperties === false) return false;
  const types = [schema.type ?? []].flat();
  return (
    !('$ref' in schema) &&
    MEMBER_KEYWORDS.every((key) => !(key in schema)) &&
    (types.length === 0 || types.includes('object'))
  );
}
