/**
 * What a document says of the body of an answer: which of its schemas that has and, where it is a list, where the
 * items are and which schema they have.
 */
import type { OpenAPIObject, ReferenceObject, SchemaObject } from 'openapi3-ts/oas31';
import { referenceName, resolveReference } from '../../openapi/reference.ts';
import { composedSchemas } from '../../openapi/schema-composition.ts';

export type Schema = SchemaObject | ReferenceObject;

export interface DescribedBody {
  readonly schema: Schema;
  /** Of a list: its items. */
  readonly items?: DescribedItems;
}

interface DescribedItems {
  readonly schema: Schema;
  /** Segments from the body to the array; none where the body is one. */
  readonly at: readonly string[];
}

interface BodyTraits {
  /** Whether it is HAL, which says itself where its items are. */
  readonly isHal: boolean;
  /** Whether it may be an object around a list; a single thing may have lists too. */
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

/** Where a member of a schema is, whatever the schema is put together from. */
const propertySchema = (document: object, schema: Schema | undefined, name: string): Schema | undefined =>
  conjunction(document, schema).find(({ properties }) => properties?.[name])?.properties?.[name];

function halItems(document: object, schema: Schema): DescribedItems | undefined {
  const item = propertySchema(document, propertySchema(document, schema, '_embedded'), 'item');
  const items = resolveReference<SchemaObject>(document, item)?.items;
  return items && { schema: items, at: ['_embedded', 'item'] };
}

/** An array, or an object with a single array of objects in it. */
function plainItems(document: object, schema: Schema, mayWrap: boolean): DescribedItems | undefined {
  const whole = resolveReference<SchemaObject>(document, schema);
  if (whole?.items !== undefined) return { schema: whole.items, at: [] };
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

/** A schema and all that has to hold with it (`allOf`). */
const conjunction = (document: object, schema: Schema | undefined): SchemaObject[] =>
  composedSchemas(document, schema, ['allOf']);

/** Whether a body says itself where it leads: it is HAL, or what stands on it. */
export const hasLinks = (document: object, schema: Schema): boolean =>
  ['_links', '_embedded'].some((name) => propertySchema(document, schema, name) !== undefined);

/**
 * The component that a schema is: the one that it refers to, or the one that it adds something to. What only
 * lends members to others is none of them, so such a one has to stand by itself somewhere.
 * @param standaloneNames names of components that do
 */
export function schemaName(schema: Schema, standaloneNames: ReadonlySet<string>): string | undefined {
  const name = referenceName(schema);
  if (name !== undefined) return name;
  const names = ((schema as SchemaObject).allOf ?? []).map(referenceName);
  const [only, ...others] = names.filter((one) => one !== undefined && standaloneNames.has(one));
  return others.length === 0 ? only : undefined;
}

/** Names of the components that bodies or items of lists refer to. */
export const standaloneNames = (bodies: readonly DescribedBody[]): Set<string> =>
  new Set(
    bodies
      .flatMap(({ schema, items }) => [referenceName(schema), referenceName(items?.schema)])
      .filter((name) => name !== undefined),
  );
