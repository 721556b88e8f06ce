/**
 * OpenAPI 3.0 schemas as 3.1 says the same (the public document is 3.1): `nullable` is a type, exclusive bounds
 * are numbers. What is 3.1 already is given back as it is.
 */
import { type Json, walk } from './grammar.ts';

export const upgrade = (document: Json): Json =>
  String(document.openapi).startsWith('3.0.')
    ? (walk(document, 'document', (node, kind) => (kind === 'schema' ? upgradeSchema(node) : node)) as Json)
    : document;

function upgradeSchema({ nullable, ...schema }: Json): Json {
  const bounded = exclusive(exclusive(schema, 'minimum', 'exclusiveMinimum'), 'maximum', 'exclusiveMaximum');
  if (nullable !== true || typeof bounded.type !== 'string') return bounded;
  return {
    ...bounded,
    type: [bounded.type, 'null'],
    ...(Array.isArray(bounded.enum) && { enum: [...new Set([...bounded.enum, null])] }),
  };
}

/** In 3.0 a flag beside the bound, in 3.1 the bound itself. */
function exclusive(schema: Json, bound: string, flag: string): Json {
  if (typeof schema[flag] !== 'boolean') return schema;
  const { [bound]: value, [flag]: isExclusive, ...rest } = schema;
  if (value === undefined) return rest;
  return isExclusive ? { ...rest, [flag]: value } : { ...rest, [bound]: value };
}
