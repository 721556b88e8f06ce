/**
 * Swagger 2.0 and OpenAPI 3.0 as 3.1 says the same, so that everything after this knows one dialect. What is 3.1
 * or newer already is given back as it is.
 */
import { upgrade as upgradeTo } from '@scalar/openapi-upgrader';
import { type Json, walk } from './grammar.ts';

/** @param document changed in place where it is older */
export function upgrade(document: Json): Json {
  if (document.swagger !== undefined) return upgradeTo(document, '3.1') as Json;
  if (!String(document.openapi).startsWith('3.0.')) return document;
  const lenient = walk(document, 'document', (node, kind) => (kind === 'schema' ? withNull(node) : node));
  return upgradeTo(lenient as Json, '3.1') as Json;
}

/** Many who write `nullable` beside `enum` mean it, though 3.0.3 (§4.7.24.1) asks for the `null` to be listed. */
function withNull({ nullable, ...schema }: Json): Json {
  if (nullable !== true) return schema;
  if (!Array.isArray(schema.enum) || schema.enum.includes(null)) return { nullable, ...schema };
  return { nullable, ...schema, enum: [...schema.enum, null] };
}
