/** The declared body of a response: its schema and, for a list, the location and schema of its items. */
import type { OpenAPIObject, ReferenceObject, SchemaObject } from 'openapi3-ts/oas31';
import { referenceName, resolveReference } from '../../openapi/reference.ts';
import { composedSchemas } from '../../openapi/schema-composition.ts';

export type Schema = SchemaObject | ReferenceObject;

export interface DescribedBody {
  readonly schema: Schema;
  /** The items, for a list. */
  readonly items?: DescribedItems;
}

interface DescribedItems {
  readonly schema: Schema;
  /** The path from the body to the array; empty if the body is the array. */
  readonly at: readonly string[];
}

interface BodyTraits {
  /** Whether the body is HAL, which defines where its items are. */
  readonly isHal: boolean;
  /** Whether the body may be an object that wraps a list. A single resource may contain lists too. */
  readonly mayWrap: boolean;
}

export function describeBody(
  document: OpenAPIObject,
  schema: Schema,
  { isHal, mayWrap }: BodyTraits,
): DescribedBody {
  const items = isHal ? halItems(document, schema) : plainItems(document, schema, mayWrap);
  return items === undefined ? { schema } : { schema, items };
}

/** The schema of a member, whatever the schema is composed of. */
const propertySchema = (document: object, schema: Schema | undefined, name: string): Schema | undefined =>
  conjunction(document, schema).find(({ properties }) => properties?.[name])?.properties?.[name];

function halItems(document: object, schema: Schema): DescribedItems | undefined {
  const item = propertySchema(document, propertySchema(document, schema, '_embedded'), 'item');
  const items = resolveReference<SchemaObject>(document, item)?.items;
  return items && { schema: items, at: ['_embedded', 'item'] };
}

/** The items of an array, or of an object with exactly one array of objects. */
function plainItems(document: object, schema: Schema, mayWrap: boolean): DescribedItems | undefined {
  const resolved = resolveReference<SchemaObject>(document, schema);
  if (resolved?.items !== undefined) return { schema: resolved.items, at: [] };
  if (!mayWrap) return undefined;
  const arrays = new Map(
    conjunction(document, schema)
      .flatMap(({ properties }) => Object.entries(properties ?? {}))
      .map(([name, member]) => [name, resolveReference<SchemaObject>(document, member)?.items] as const)
      .filter(([, items]) => isDescribed(document, items)),
  );
  const [[name, items] = [], ...others] = arrays;
  return name === undefined || items === undefined || others.length > 0
    ? undefined
    : { schema: items, at: [name] };
}

const isDescribed = (document: object, items: Schema | undefined): boolean =>
  conjunction(document, items).some(({ properties }) => properties !== undefined);

/** A schema and all schemas that apply together with it (`allOf`). */
const conjunction = (document: object, schema: Schema | undefined): SchemaObject[] =>
  composedSchemas(document, schema, ['allOf']);

/** Whether a body contains links: it is HAL or a format based on it. */
export const declaresLinks = (document: object, schema: Schema): boolean =>
  ['_links', '_embedded'].some((name) => propertySchema(document, schema, name) !== undefined);

/**
 * The component that a schema represents: the one that it refers to or extends. A component that only contributes
 * members to others does not count, so an extended one must also be used alone.
 * @param standaloneNames names of components that are used alone
 */
export function schemaName(schema: Schema, standaloneNames: ReadonlySet<string>): string | undefined {
  const name = referenceName(schema);
  if (name !== undefined) return name;
  const names = ((schema as SchemaObject).allOf ?? []).map(referenceName);
  const [only, ...others] = names.filter((one) => one !== undefined && standaloneNames.has(one));
  return others.length === 0 ? only : undefined;
}

/** Names of the components that bodies or items refer to directly. */
export const standaloneNames = (bodies: readonly DescribedBody[]): Set<string> =>
  new Set(
    bodies
      .flatMap(({ schema, items }) => [referenceName(schema), referenceName(items?.schema)])
      .filter((name) => name !== undefined),
  );
