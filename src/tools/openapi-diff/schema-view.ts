/** A schema as far as a caller sees it: references followed, `allOf` put together. */
import { isObject, type Json } from '../../openapi/load/grammar.ts';
import { appendPointer, dereference, entriesOf, type LocatedValue } from './change.ts';

export interface SchemaView {
  /** By which it is known again. */
  readonly id: object;
  readonly pointer: string;
  /** Undefined where any is allowed. */
  readonly types: ReadonlySet<string> | undefined;
  /** Undefined where any value is allowed. */
  readonly values: readonly unknown[] | undefined;
  readonly properties: ReadonlyMap<string, LocatedValue>;
  readonly required: ReadonlySet<string>;
  /** Its value is `false`, a schema, or undefined where anything may be added. */
  readonly additional: LocatedValue;
  readonly items: LocatedValue;
  readonly choices: readonly LocatedValue[];
  /** What else it says, such as `maxLength`. */
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

const MAX_PARTS = 1000;

/** Takes nothing, as the schema `false` does. */
const NOTHING: Json = { not: {} };
/** Takes anything. */
const ANYTHING: Json = {};

/**
 * @param spot of an object, a boolean, or a reference; of nothing where anything is allowed
 * @param passed what it is a part of, or has as a part already: that says nothing new
 */
export function viewOf(document: object, spot: LocatedValue, passed: Set<object> = new Set()): SchemaView {
  const { node: found, pointer } = dereference(document, spot);
  const node = spot.value === false ? NOTHING : (found ?? ANYTHING);
  if (passed.has(node) || passed.size >= MAX_PARTS) return viewOfNode(ANYTHING, pointer);
  passed.add(node);
  const parts = (Array.isArray(node.allOf) ? node.allOf : []).map((value, index) =>
    viewOf(document, { value, pointer: appendPointer(pointer, 'allOf', index) }, passed),
  );
  // What stands beside a reference counts too (JSON Schema 2020-12 §8.2.3.1).
  const beside = isObject(spot.value) && spot.value !== node ? [viewOfNode(spot.value, spot.pointer)] : [];
  return { ...[...beside, ...parts].reduce(combine, viewOfNode(node, pointer)), id: node };
}

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

/** A value has to hold for both. */
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
