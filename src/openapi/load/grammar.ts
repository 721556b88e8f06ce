/**
 * The grammar of an OpenAPI 3.1 document: which kind of object each field holds. A walk that knows the grammar
 * distinguishes a reference from a property named `$ref`, and skips examples and extensions.
 */
import { METHODS as NODE_METHODS } from 'node:http';
import type { Incremental } from '../incremental.ts';

export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export type Kind =
  | 'document'
  | 'components'
  | 'pathItem'
  | 'operation'
  | 'parameter'
  | 'requestBody'
  | 'mediaType'
  | 'encoding'
  | 'response'
  | 'callback'
  | 'example'
  | 'link'
  | 'securityScheme'
  | 'requirement'
  | 'schema';

/** A field holds one object, a list of objects, or a map of objects. Entries `x-…` of an open map are extensions. */
export type GrammarField = readonly ['one' | 'list' | 'map' | 'openMap', Kind];

const one = (kind: Kind): GrammarField => ['one', kind];
const list = (kind: Kind): GrammarField => ['list', kind];
const map = (kind: Kind): GrammarField => ['map', kind];
const openMap = (kind: Kind): GrammarField => ['openMap', kind];

const fieldsOf = (fields: Record<string, GrammarField>): ReadonlyMap<string, GrammarField> =>
  new Map(Object.entries(fields));

/** Methods that have a field of their own in a Path Item Object; `query` since 3.2. */
export const METHOD_FIELDS = [
  'get',
  'put',
  'post',
  'delete',
  'options',
  'head',
  'patch',
  'trace',
  'query',
] as const;

/** Those methods, and all others that Node parses: see `openapi-3-2.ts`. */
export const METHODS: readonly string[] = [
  ...new Set([...METHOD_FIELDS, ...NODE_METHODS.map((method) => method.toLowerCase())]),
].filter((method) => method !== 'connect');

const operations = Object.fromEntries(METHODS.map((method) => [method, one('operation')]));

/** Sections of `components` whose entries can be referenced. */
const sections: Record<string, GrammarField> = {
  schemas: map('schema'),
  responses: map('response'),
  parameters: map('parameter'),
  examples: map('example'),
  requestBodies: map('requestBody'),
  headers: map('parameter'),
  securitySchemes: map('securityScheme'),
  links: map('link'),
  callbacks: map('callback'),
  pathItems: map('pathItem'),
  mediaTypes: map('mediaType'),
};

const grammar: Record<Kind, ReadonlyMap<string, GrammarField>> = {
  document: fieldsOf({
    paths: openMap('pathItem'),
    webhooks: map('pathItem'),
    components: one('components'),
    security: list('requirement'),
  }),
  components: fieldsOf(sections),
  pathItem: fieldsOf({ ...operations, parameters: list('parameter') }),
  operation: fieldsOf({
    parameters: list('parameter'),
    requestBody: one('requestBody'),
    responses: openMap('response'),
    callbacks: map('callback'),
    security: list('requirement'),
  }),
  parameter: fieldsOf({ schema: one('schema'), examples: map('example'), content: map('mediaType') }),
  requestBody: fieldsOf({ content: map('mediaType') }),
  mediaType: fieldsOf({
    schema: one('schema'),
    itemSchema: one('schema'),
    examples: map('example'),
    encoding: map('encoding'),
  }),
  encoding: fieldsOf({ headers: map('parameter') }),
  response: fieldsOf({ headers: map('parameter'), content: map('mediaType'), links: map('link') }),
  callback: fieldsOf({}),
  example: fieldsOf({}),
  link: fieldsOf({}),
  securityScheme: fieldsOf({}),
  requirement: fieldsOf({}),
  schema: fieldsOf({
    ...Object.fromEntries(
      ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'].map((field) => [
        field,
        map('schema'),
      ]),
    ),
    ...Object.fromEntries(['allOf', 'anyOf', 'oneOf', 'prefixItems'].map((field) => [field, list('schema')])),
    ...Object.fromEntries(
      [
        'items',
        'additionalProperties',
        'propertyNames',
        'contains',
        'not',
        'if',
        'then',
        'else',
        'unevaluatedItems',
        'unevaluatedProperties',
        'contentSchema',
      ].map((field) => [field, one('schema')]),
    ),
  }),
};

const pathItem = one('pathItem');

/** The fields of a Reference Object (OpenAPI 3.1 §4.8.23), which may replace a callback. */
const REFERENCE_FIELDS: ReadonlySet<string> = new Set(['$ref', 'summary', 'description']);

/** The field of an object by name. A callback is a map of path items, keyed by runtime expression. */
export const grammarFieldOf = (kind: Kind, name: string): GrammarField | undefined =>
  kind === 'callback' && !name.startsWith('x-') && !REFERENCE_FIELDS.has(name)
    ? pathItem
    : grammar[kind].get(name);

/** Returns the object itself, a changed shallow copy, or `undefined` to remove it from its map or list. */
export type Visit = (node: Json, kind: Kind) => Json | undefined;

/** Copies `node` and passes every object of the grammar to `visit`, parents before children. */
export function walk(node: unknown, kind: Kind, visit: Visit): unknown {
  if (!isObject(node)) return node;
  const seen = visit(node, kind);
  if (!seen) return undefined;
  // A schema with an `$id` is a resource of its own, so its references are not renamed.
  if (kind === 'schema' && typeof seen.$id === 'string') return seen;
  return Object.fromEntries(
    Object.entries(seen).flatMap(([name, value]) => {
      const walked = walkField(value, grammarFieldOf(kind, name), visit);
      return walked === undefined ? [] : [[name, walked]];
    }),
  );
}

/** The most values that one step walks through. */
const VALUES_PER_STEP = 2000;

/** Whether a value is too large for one step. */
export function isLarge(value: unknown): boolean {
  let remaining = VALUES_PER_STEP;
  const fits = (one: unknown): boolean => {
    if (--remaining < 0) return false;
    if (typeof one !== 'object' || one === null) return true;
    for (const name in one) if (!fits((one as Json)[name])) return false;
    return true;
  };
  return !fits(value);
}

/** Like `walk`, in small steps: one for each path, webhook and component. */
export function* walkIncrementally(document: Json, visit: Visit): Incremental<Json> {
  return (yield* walkNodeIncrementally(document, 'document', visit)) as Json;
}

function* walkNodeIncrementally(node: unknown, kind: Kind, visit: Visit): Incremental<unknown> {
  if (!isObject(node)) return node;
  const seen = visit(node, kind);
  if (!seen) return undefined;
  if (kind === 'schema' && typeof seen.$id === 'string') return seen;
  const entries: [string, unknown][] = [];
  for (const [name, value] of Object.entries(seen)) {
    const walked = yield* walkFieldIncrementally(value, grammarFieldOf(kind, name), visit);
    if (walked !== undefined) entries.push([name, walked]);
  }
  return Object.fromEntries(entries);
}

function* walkFieldIncrementally(
  value: unknown,
  field: GrammarField | undefined,
  visit: Visit,
): Incremental<unknown> {
  const [shape, kind] = field ?? [];
  if (kind === undefined) return value;
  if (shape === 'one') return yield* walkItemIncrementally(value, kind, visit);
  if (typeof value !== 'object' || value === null || Array.isArray(value) !== (shape === 'list'))
    return value;
  const entries: [string, unknown][] = [];
  for (const [name, item] of Object.entries(value)) {
    const isExtension = shape === 'openMap' && name.startsWith('x-');
    const walked = isExtension ? item : yield* walkItemIncrementally(item, kind, visit);
    if (walked !== undefined) entries.push([name, walked]);
  }
  return shape === 'list' ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}

function* walkItemIncrementally(item: unknown, kind: Kind, visit: Visit): Incremental<unknown> {
  const walked = isLarge(item) ? yield* walkNodeIncrementally(item, kind, visit) : walk(item, kind, visit);
  yield;
  return walked;
}

function walkField(value: unknown, field: GrammarField | undefined, visit: Visit): unknown {
  if (!field) return value;
  const [shape, kind] = field;
  if (shape === 'one') return walk(value, kind, visit);
  if (shape === 'list') {
    if (!Array.isArray(value)) return value;
    return value.map((item) => walk(item, kind, visit)).filter((item) => item !== undefined);
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => {
      if (shape === 'openMap' && name.startsWith('x-')) return [[name, item]];
      const walked = walk(item, kind, visit);
      return walked === undefined ? [] : [[name, walked]];
    }),
  );
}
