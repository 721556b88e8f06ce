/**
 * Swagger 2.0, OpenAPI 3.0 and 3.2 as 3.1 says the same, so that everything after this knows one dialect. What is 3.1
 * already is given back as it is.
 */
import { upgrade as upgradeTo } from '@scalar/openapi-upgrader';
import { escapeToken } from './dangling.ts';
import type { DocumentFault } from './fault.ts';
import { isObject, type Json, walk } from './grammar.ts';
import { fromNewest, isNewest } from './newest.ts';

/** @param document changed in place where it is older */
export function upgrade(document: Json): Json {
  if (isNewest(document)) return fromNewest(document);
  if (!String(document.openapi).startsWith('3.0.')) return document;
  const lenient = walk(document, 'document', (node, kind) => (kind === 'schema' ? withNull(node) : node));
  return upgradeTo(lenient as Json, '3.1') as Json;
}

/** What cannot be brought along is left out, so that the rest can. */
export function upgradeSwagger(document: Json, onFault: (fault: DocumentFault) => void): Json {
  const whole = tried(document);
  if (whole) return whole;
  const { paths, ...rest } = document;
  const alone = { ...rest, definitions: {} };
  const sound = Object.entries(isObject(paths) ? paths : {}).filter(([path, item]) => {
    if (isObject(item) && tried({ ...alone, paths: { [path]: item } })) return true;
    onFault({
      pointer: `#/paths/${escapeToken(path)}`,
      reason: 'is left out: it is not as Swagger 2.0 has it',
    });
    return false;
  });
  return upgradeTo({ ...rest, paths: Object.fromEntries(sound) }, '3.1') as Json;
}

function tried(document: Json): Json | undefined {
  try {
    return upgradeTo(structuredClone(document), '3.1') as Json;
  } catch {
    return undefined;
  }
}

/** Many who write `nullable` beside `enum` mean it, though 3.0.3 (§4.7.24.1) asks for the `null` to be listed. */
function withNull({ nullable, ...schema }: Json): Json {
  if (nullable !== true) return schema;
  if (!Array.isArray(schema.enum) || schema.enum.includes(null)) return { nullable, ...schema };
  return { nullable, ...schema, enum: [...schema.enum, null] };
}
