/** The effective schema for a client, with references resolved and `allOf` merged. */
import { isObject, type Json } from '../../openapi/load/grammar.ts';
import { compositionOf } from '../../openapi/schema-composition.ts';
import type { LocatedValue } from './change.ts';
import { appendPointer, dereference, entriesOf } from './change.ts';

export interface SchemaView {
  /** Identifies the schema. */
  readonly id: object;
  readonly pointer: string;
  /** Undefined if every type is allowed. */
  readonly types: ReadonlySet<string> | undefined;
  /** Undefined if every value is allowed. */
  readonly values: readonly unknown[] | undefined;
  readonly properties: ReadonlyMap<string, LocatedValue>;
  readonly required: ReadonlySet<string>;
  /** The schema of additional members: `false`, a schema, or undefined for any. */
  readonly additional: LocatedValue;
  readonly items: LocatedValue;
  readonly choices: readonly LocatedValue[];
  /** Other keywords, such as `maxLength`. */
  readonly limits: ReadonlyMap<string, unknown>;
  readonly isDeprecated: boolean;
  readonly isReadOnly: boolean;
  readonly isWriteOnly: boolean;
}

const LIMITS = [
  'minimum',
  'exclusiveMinimum',
  'minLength',
  'minItems',
  'minProperties',
  'maximum',
  'exclusiveMaximum',
  'maxLength',
  'maxItems',
  'maxProperties',
  'pattern',
  'format',
  'multipleOf',
  'uniqueItems',
  'not',
  'if',
  'then',
  'else',
  'contentMediaType',
];

/** Accepts nothing, like the schema `false`. */
const NOTHING: Json = { not: {} };
/** Accepts everything. */
const ANYTHING: Json = {};

/** @param spot the location of a schema or a reference; without a value, everything is allowed */
export function viewOf(document: object, spot: LocatedValue): SchemaView {
  const { node: found, pointer } = dereference(document, spot);
  const node = spot.value === false ? NOTHING : (found ?? ANYTHING);
  const [, ...parts] = compositionOf(document, { node, pointer }, ['allOf'], 'as-written');
  // Keywords next to a reference apply too (JSON Schema 2020-12 §8.2.3.1).
  const beside = isObject(spot.value) && spot.value !== node ? [viewOfNode(spot.value, spot.pointer)] : [];
  const views = parts.map((part) => viewOfNode(objectOf(part.node), part.pointer));
  return { ...[...beside, ...views].reduce(combine, viewOfNode(node, pointer)), id: node };
}

const objectOf = (node: unknown): Json => (node === false ? NOTHING : isObject(node) ? node : ANYTHING);

function viewOfNode(node: Json, pointer: string): SchemaView {
  const { type, required, oneOf, anyOf } = node;
  const spot = (name: string): LocatedValue => ({ value: node[name], pointer: appendPointer(pointer, name) });
  const choices = { oneOf, anyOf };
  return {
    id: node,
    pointer,
    types: type === undefined ? undefined : new Set([type].flat().map(String)),
    values: 'const' in node ? [node.const] : Array.isArray(node.enum) ? node.enum : undefined,
    properties: entriesOf(node.properties, appendPointer(pointer, 'properties')),
    required: new Set(Array.isArray(required) ? (required as string[]) : []),
    additional: spot(
      node.additionalProperties === undefined ? 'unevaluatedProperties' : 'additionalProperties',
    ),
    items: spot('items'),
    choices: Object.entries(choices).flatMap(([name, list]) =>
      (Array.isArray(list) ? list : []).map((value, index) => ({
        value,
        pointer: appendPointer(pointer, name, index),
      })),
    ),
    limits: new Map(LIMITS.filter((name) => node[name] !== undefined).map((name) => [name, node[name]])),
    isDeprecated: node.deprecated === true,
    isReadOnly: node.readOnly === true,
    isWriteOnly: node.writeOnly === true,
  };
}

/** Merges two schemas that a value must both match. */
function combine(a: SchemaView, b: SchemaView): SchemaView {
  const types = a.types && b.types ? new Set([...a.types].filter((type) => b.types?.has(type))) : a.types;
  return {
    id: a.id,
    pointer: a.pointer,
    types: types ?? b.types,
    values: a.values ?? b.values,
    properties: new Map([...a.properties, ...b.properties]),
    required: new Set([...a.required, ...b.required]),
    additional: a.additional.value === undefined ? b.additional : a.additional,
    items: a.items.value === undefined ? b.items : a.items,
    choices: a.choices.length > 0 ? a.choices : b.choices,
    limits: new Map([...b.limits, ...a.limits]),
    isDeprecated: a.isDeprecated || b.isDeprecated,
    isReadOnly: a.isReadOnly || b.isReadOnly,
    isWriteOnly: a.isWriteOnly || b.isWriteOnly,
  };
}
