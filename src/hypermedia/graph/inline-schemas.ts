/**
 * Inlines references, because clients have only the form and not its document. A schema is copied wherever it is
 * referenced and may contain itself, so the output is limited: breadth first, until the limit is reached. Time and
 * size do not depend on the number of paths through a document. This is no composition walk
 * (`openapi/schema-composition.ts`): it copies a schema at every reference, and keeps `allOf` as it is.
 */
import type { ReferenceObject, SchemaObject } from 'openapi3-ts/oas31';
import { sizeOf } from '../../config/yaml/parse-text.ts';
import { resolveReference } from '../../openapi/reference.ts';

type Schema = SchemaObject | ReferenceObject;

/** The most members and elements of all schemas of a form. */
const MAX_VALUES = 5000;
/** The most levels of nested values; people fill in no more. */
const MAX_DEPTH = 8;

interface Task {
  readonly schema: Schema;
  readonly depth: number;
  /** The inlined schema. */
  readonly target: SchemaObject;
}

/** @returns the inlined schemas, in their order */
export function inlineSchemas(document: object, schemas: readonly Schema[]): SchemaObject[] {
  const tasks = schemas.map((schema): Task => ({ schema, depth: 0, target: {} }));
  const roots = tasks.map(({ target }) => target);
  let remaining = MAX_VALUES;
  // The list grows during the iteration, so that nested schemas follow their siblings.
  for (const { schema, depth, target } of tasks) {
    const { properties, items, ...own } = resolveReference<SchemaObject>(document, schema) ?? {};
    const names = properties === undefined ? [] : Object.keys(properties);
    const { values } = sizeOf(own, remaining);
    remaining -= values;
    if (remaining <= 0) {
      // The limit is reached: only the type is kept.
      if (own.type !== undefined) target.type = own.type;
      continue;
    }
    Object.assign(target, own);
    if (depth > MAX_DEPTH) continue;
    const inlined = (inner: Schema): SchemaObject => {
      const result: SchemaObject = {};
      tasks.push({ schema: inner, depth: depth + 1, target: result });
      return result;
    };
    if (properties !== undefined && names.length <= remaining) {
      remaining -= names.length;
      target.properties = Object.fromEntries(
        names.map((name) => [name, inlined(properties[name] as Schema)]),
      );
    }
    if (items !== undefined) target.items = inlined(items);
  }
  return roots;
}
