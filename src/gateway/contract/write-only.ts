/**
 * What may only be written (`writeOnly`) is never in an answer, so that no answer has to have it
 * (OpenAPI 3.0.4 §4.7.24.1).
 */
import type { Ajv2020 } from 'ajv/dist/2020.js';
import { resolveReference } from '../../hypermedia/reference.ts';
import { isObject, type Json, walk } from '../document/grammar.ts';

const WRITE_ONLY = 'writeOnly';

/** Makes it a fault that such a member is there. */
export function refuseWriteOnly(ajv: Ajv2020): void {
  ajv.removeKeyword(WRITE_ONLY);
  ajv.addKeyword({
    keyword: WRITE_ONLY,
    validate: (isOn: unknown) => isOn !== true,
    error: { message: 'is write-only, so that no answer may have it' },
  });
}

/** The document with no such member required. */
export const withoutWriteOnly = (document: Json): Json =>
  walk(document, 'document', (node, kind) =>
    kind === 'schema' ? notRequiring(writeOnlyIn(document, node), node) : node,
  ) as Json;

/** Schemas may be made of each other in circles. */
const MOST_DEPTH = 8;

/** Names of such members, in whatever a schema is made of. */
function writeOnlyIn(document: Json, schema: unknown, depth = 0): Set<string> {
  if (!isObject(schema) || depth > MOST_DEPTH) return new Set();
  const own = isObject(schema.properties) ? Object.entries(schema.properties) : [];
  const branches = [schema.allOf ?? []].flat().filter(isObject);
  if (typeof schema.$ref === 'string') branches.push({ $ref: schema.$ref });
  return new Set([
    ...own.filter(([, member]) => isWriteOnly(document, member)).map(([name]) => name),
    ...branches.flatMap((branch) => [
      ...writeOnlyIn(document, '$ref' in branch ? resolveReference(document, branch) : branch, depth + 1),
    ]),
  ]);
}

const isWriteOnly = (document: Json, member: unknown): boolean =>
  isObject(member) &&
  [member, resolveReference<Json>(document, member)].some((schema) => schema?.[WRITE_ONLY] === true);

/** A shallow copy; what is in `allOf` may require what its sibling has. */
function notRequiring(names: ReadonlySet<string>, schema: Json): Json {
  if (names.size === 0) return schema;
  const { required, allOf } = schema;
  return {
    ...schema,
    ...(Array.isArray(required) && { required: required.filter((name) => !names.has(name)) }),
    ...(Array.isArray(allOf) && {
      allOf: allOf.map((branch) => (isObject(branch) ? notRequiring(names, branch) : branch)),
    }),
  };
}
