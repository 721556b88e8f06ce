/** What a schema says that its values have, as far down as it says: the names that `fields` may use. */
import type { ReferenceObject, SchemaObject } from 'openapi3-ts/oas31';
import { COMPOSITION, composedSchemas } from '../../openapi/schema-composition.ts';

/** An array has the members of its elements. */
export interface SchemaMembers {
  readonly names: readonly string[];
  /** Whether the schema leaves open what else there is. */
  readonly open: boolean;
  /** What a member has in turn; undefined where there is none of that name. */
  member(name: string): SchemaMembers | undefined;
}

type Schema = SchemaObject | ReferenceObject;

/** What a schema is put together from; of an array, its elements are. */
const MEMBER_KEYWORDS = [...COMPOSITION, 'items'];

/** @param without names that are no state */
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
    // Schemas may hold themselves, so what is further down is looked at when it is asked for.
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

/** Whether an object may stand there, and nothing says what is in it. */
function isBare(schema: SchemaObject): boolean {
  if (schema.enum !== undefined || schema.additionalProperties === false) return false;
  const types = [schema.type ?? []].flat();
  return (
    !('$ref' in schema) &&
    MEMBER_KEYWORDS.every((key) => !(key in schema)) &&
    (types.length === 0 || types.includes('object'))
  );
}
