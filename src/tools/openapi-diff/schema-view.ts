/** A schema as far as a caller sees it: references followed, `allOf` put together. */
import { isObject, type Json } from '../../openapi/load/grammar.ts';
import { compositionOf } from '../../openapi/schema-composition.ts';
import { below, entriesOf, type Spot, target } from './change.ts';

export interface SchemaView {
  /** By which it is known again. */
  readonly id: object;
  readonly pointer: string;
  /** Undefined where any is allowed. */
  readonly types: ReadonlySet<string> | undefined;
  /** Undefined where any value is allowed. */
  readonly values: readonly unknown[] | undefined;
  readonly properties: ReadonlyMap<string, Spot>;
  readonly required: ReadonlySet<string>;
  /** Its value is `false`, a schema, or undefined where anything may be added. */
  readonly additional: Spot;
  readonly items: Spot;
  readonly choices: readonly Spot[];
  /** What else it says, such as `maxLength`. */
  readonly limits: ReadonlyMap<string, unknown>;
  readonly isDeprecated: boolean;
  readonly isReadOnly: boolean;
  readonly isWriteOnly: boolean;
}

const LIMITS = [
  ...['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'],
  ...['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'],
  ...['pattern', 'format', 'multipleOf', 'uniqueItems', 'not', 'if', 'then', 'else', 'contentMediaType'],
];

/** Takes nothing, as the schema `false` does. */
const NOTHING: Json = { not: {} };
/** Takes anything. */
const ANYTHING: Json = {};

/** @param spot of an object, a boolean, or a reference; of nothing where anything is allowed */
export function viewOf(document: object, spot: Spot): SchemaView {
  const { node: found, pointer } = target(document, spot);
  const node = spot.value === false ? NOTHING : (found ?? ANYTHING);
  const [, ...parts] = compositionOf(document, { node, pointer }, ['allOf'], 'as-written');
  // What stands beside a reference counts too (JSON Schema 2020-12 §8.2.3.1).
  const beside = isObject(spot.value) && spot.value !== node ? [own(spot.value, spot.pointer)] : [];
  const views = parts.map((part) => own(objectOf(part.node), part.pointer));
  return { ...[...beside, ...views].reduce(both, own(node, pointer)), id: node };
}

const objectOf = (node: unknown): Json => (node === false ? NOTHING : isObject(node) ? node : ANYTHING);

function own(node: Json, pointer: string): SchemaView {
  const { type, required, oneOf, anyOf } = node;
  const spot = (name: string): Spot => ({ value: node[name], pointer: below(pointer, name) });
  const choices = { oneOf, anyOf };
  return {
    ...{ id: node, pointer },
    types: type === undefined ? undefined : new Set([type].flat().map(String)),
    values: 'const' in node ? [node.const] : Array.isArray(node.enum) ? node.enum : undefined,
    properties: entriesOf(node.properties, below(pointer, 'properties')),
    required: new Set(Array.isArray(required) ? (required as string[]) : []),
    additional: spot(
      node.additionalProperties === undefined ? 'unevaluatedProperties' : 'additionalProperties',
    ),
    items: spot('items'),
    choices: Object.entries(choices).flatMap(([name, list]) =>
      (Array.isArray(list) ? list : []).map((value, index) => ({
        value,
        pointer: below(pointer, name, index),
      })),
    ),
    limits: new Map(LIMITS.filter((name) => node[name] !== undefined).map((name) => [name, node[name]])),
    isDeprecated: node.deprecated === true,
    isReadOnly: node.readOnly === true,
    isWriteOnly: node.writeOnly === true,
  };
}

/** A value has to hold for both. */
function both(a: SchemaView, b: SchemaView): SchemaView {
  const types = a.types && b.types ? new Set([...a.types].filter((type) => b.types?.has(type))) : a.types;
  return {
    ...{ id: a.id, pointer: a.pointer },
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
