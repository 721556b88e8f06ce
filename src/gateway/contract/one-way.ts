/**
 * What may only be read (`readOnly`) need not be in a request, and what may only be written (`writeOnly`) not in an
 * answer, though it be required (OpenAPI 3.0.4 §4.7.24.1). A client that sends back what it got may have it there.
 */
import type { Ajv2020 } from 'ajv/dist/2020.js';
import { resolveReference } from '../../hypermedia/reference.ts';
import { isObject, type Json, walk } from '../document/grammar.ts';

const WRITE_ONLY = 'writeOnly';

type OneWay = 'readOnly' | typeof WRITE_ONLY;

/** Makes it a fault that such a member is there. */
export function refuseWriteOnly(ajv: Ajv2020): void {
  ajv.removeKeyword(WRITE_ONLY);
  ajv.addKeyword({
    keyword: WRITE_ONLY,
    validate: (isOn: unknown) => isOn !== true,
    error: { message: 'is write-only, so that no answer may have it' },
  });
}

/** The document with no member required that goes the other way only. */
export const notRequiringAll = (document: Json, way: OneWay): Json =>
  walk(document, 'document', (node, kind) =>
    kind === 'schema' ? notRequiring(membersOf(document, node, way), node) : node,
  ) as Json;

/** Schemas may be made of each other in circles, and by more ways than there are schemas: each counts once. */
const MOST_PARTS = 200;

/** Names of such members, in whatever a schema is made of. */
function membersOf(document: Json, schema: Json, way: OneWay): Set<string> {
  const parts = new Set([schema]);
  const names = new Set<string>();
  // Grows while it is iterated, by what each is made of.
  for (const { properties, allOf, $ref } of parts) {
    for (const [name, member] of isObject(properties) ? Object.entries(properties) : [])
      if (isOneWay(document, member, way)) names.add(name);
    const branches = [allOf ?? []].flat().filter(isObject);
    if (typeof $ref === 'string') branches.push({ $ref });
    for (const branch of branches) {
      const part = '$ref' in branch ? resolveReference<Json>(document, branch) : branch;
      if (part !== undefined && parts.size < MOST_PARTS) parts.add(part);
    }
  }
  return names;
}

const isOneWay = (document: Json, member: unknown, way: OneWay): boolean =>
  isObject(member) &&
  [member, resolveReference<Json>(document, member)].some((schema) => schema?.[way] === true);

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
