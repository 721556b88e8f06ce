/**
 * Schemas that need no document: the reader of a form has none. A schema is written out wherever something refers to it,
 * and may hold itself or others that do, so what is written is bounded: first what is near the top, then what is in it,
 * until there is enough. Time and size do not grow with the number of ways through a document. This is no walk over a
 * composition (`openapi/schema-composition.ts`): it copies a schema as often as it is referred to, and leaves `allOf` alone.
 */
import type { ReferenceObject, SchemaObject } from 'openapi3-ts/oas31';
import { sizeOf } from '../../config/yaml/parse-text.ts';
import { resolveReference } from '../../openapi/reference.ts';

type Schema = SchemaObject | ReferenceObject;

/** Members and elements that all schemas of a form have together. */
const MAX_VALUES = 5000;
/** Levels of what holds itself: more are not filled in by anybody. */
const MAX_DEPTH = 8;

interface Task {
  readonly schema: Schema;
  readonly depth: number;
  /** What it becomes. */
  readonly target: SchemaObject;
}

/** @returns each of the schemas by itself, in their order */
export function inlineSchemas(document: object, schemas: readonly Schema[]): SchemaObject[] {
  const tasks = schemas.map((schema): Task => ({ schema, depth: 0, target: {} }));
  const roots = tasks.map(({ target }) => target);
  let remaining = MAX_VALUES;
  // Grows while it is iterated: what is in a schema comes after all that is beside it.
  for (const { schema, depth, target } of tasks) {
    const { properties, items, ...own } = resolveReference<SchemaObject>(document, schema) ?? {};
    const names = properties === undefined ? [] : Object.keys(properties);
    const { values } = sizeOf(own, remaining);
    remaining -= values;
    if (remaining <= 0) {
      // What it is can be told still, and what is in it cannot.
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
