/**
 * Merges all schemas that apply to a value: referenced schemas, parts of `allOf`, and one alternative of each choice.
 * Keywords that cannot be merged are ignored; the validation of the generated value detects this.
 */

import { isObject, type Json } from '../../openapi/load/grammar.ts';
import type { SchemaPart as ComposedPart } from '../../openapi/schema-composition.ts';
import { walkComposition } from '../../openapi/schema-composition.ts';
import type { SchemaReferences, SchemaResource } from '../validation/schema/schema-references.ts';

/** A schema or a part of one, with the base of its references. */
export interface SchemaPart extends ComposedPart {
  readonly resource: SchemaResource;
}

export interface MergedSchema {
  types: ReadonlySet<string> | undefined;
  /** Allowed values; undefined if the schema does not list them. */
  values: readonly unknown[] | undefined;
  readonly required: Set<string>;
  readonly properties: Map<string, SchemaPart[]>;
  readonly patternProperties: [string, SchemaPart][];
  /** Schemas of members that are not defined by name. */
  readonly additionalProperties: SchemaPart[];
  readonly propertyNames: SchemaPart[];
  readonly items: SchemaPart[];
  readonly prefixItems: SchemaPart[][];
  readonly contains: SchemaPart[];
  readonly patterns: string[];
  readonly multiples: number[];
  readonly bounds: Map<string, number>;
  format: string | undefined;
  isUnique: boolean;
  isWriteOnly: boolean;
  /** Whether no value can match. */
  isUnsatisfiable: boolean;
}

/** Of these bounds the larger one is stricter; of all other bounds the smaller one. */
const LOWER: ReadonlySet<string> = new Set([
  'minimum',
  'exclusiveMinimum',
  'minLength',
  'minItems',
  'minProperties',
  'minContains',
]);
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties', 'maxContains'];

/** @param choice index of the alternative to use */
export function mergeSchemas(
  parts: readonly SchemaPart[],
  references: SchemaReferences,
  choice: number,
): MergedSchema {
  const merged: MergedSchema = {
    types: undefined,
    values: undefined,
    format: undefined,
    isUnique: false,
    isWriteOnly: false,
    isUnsatisfiable: false,
    required: new Set(),
    properties: new Map(),
    patternProperties: [],
    additionalProperties: [],
    propertyNames: [],
    items: [],
    prefixItems: [],
    contains: [],
    patterns: [],
    multiples: [],
    bounds: new Map(),
  };
  const all = walkComposition(parts, (node, { resource }) => partsOf(node, resource, references, choice));
  for (const { node, resource } of all) {
    if (node === false) merged.isUnsatisfiable = true;
    if (isObject(node)) addKeywords(merged, node, resource);
  }
  return merged;
}

function partsOf(
  schema: Json,
  resource: SchemaResource,
  references: SchemaReferences,
  choice: number,
): SchemaPart[] {
  const parts: SchemaPart[] = [];
  for (const keyword of ['$ref', '$dynamicRef']) {
    const reference = schema[keyword];
    const target = typeof reference === 'string' ? references.resolve(reference, resource) : undefined;
    if (target) parts.push({ node: target.node, resource: target.resource });
  }
  const lists = [listOf(schema.allOf)];
  for (const choices of [listOf(schema.oneOf), listOf(schema.anyOf)])
    if (choices.length > 0) lists.push([choices[choice % choices.length]]);
  if (schema.if !== undefined)
    lists.push(choice % 2 === 0 ? [schema.if, schema.then ?? true] : [schema.else ?? true]);
  return [...parts, ...lists.flat().map((node) => ({ node, resource }))];
}

function addKeywords(merged: MergedSchema, schema: Json, resource: SchemaResource): void {
  const part = (node: unknown): SchemaPart => ({ node, resource });
  if (schema.type !== undefined) {
    const types = new Set([schema.type].flat().map(String));
    if (types.has('number')) types.add('integer');
    merged.types = merged.types === undefined ? types : merged.types.intersection(types);
  }
  const values = schema.const === undefined ? schema.enum : [schema.const];
  if (Array.isArray(values))
    merged.values = merged.values === undefined ? values : common(merged.values, values);
  for (const name of listOf(schema.required)) merged.required.add(String(name));
  for (const [name, one] of entriesOf(schema.properties))
    merged.properties.set(name, [...(merged.properties.get(name) ?? []), part(one)]);
  for (const [name, one] of entriesOf(schema.patternProperties))
    merged.patternProperties.push([name, part(one)]);
  for (const keyword of ['additionalProperties', 'unevaluatedProperties'])
    if (schema[keyword] !== undefined) merged.additionalProperties.push(part(schema[keyword]));
  if (schema.propertyNames !== undefined) merged.propertyNames.push(part(schema.propertyNames));
  for (const keyword of ['items', 'unevaluatedItems'])
    if (schema[keyword] !== undefined) merged.items.push(part(schema[keyword]));
  for (const [index, one] of listOf(schema.prefixItems).entries())
    merged.prefixItems[index] = [...(merged.prefixItems[index] ?? []), part(one)];
  if (schema.contains !== undefined) merged.contains.push(part(schema.contains));
  if (typeof schema.pattern === 'string') merged.patterns.push(schema.pattern);
  if (typeof schema.multipleOf === 'number' && schema.multipleOf > 0)
    merged.multiples.push(schema.multipleOf);
  for (const name of [...LOWER, ...UPPER]) bound(merged.bounds, name, schema[name]);
  if (typeof schema.format === 'string') merged.format ??= schema.format;
  merged.isUnique ||= schema.uniqueItems === true;
  merged.isWriteOnly ||= schema.writeOnly === true;
}

function bound(bounds: Map<string, number>, name: string, value: unknown): void {
  if (typeof value !== 'number') return;
  const known = bounds.get(name) ?? value;
  bounds.set(name, LOWER.has(name) ? Math.max(known, value) : Math.min(known, value));
}

const common = (some: readonly unknown[], others: readonly unknown[]): unknown[] => {
  const texts = new Set(others.map((one) => JSON.stringify(one)));
  return some.filter((one) => texts.has(JSON.stringify(one)));
};

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const entriesOf = (value: unknown): [string, unknown][] => (isObject(value) ? Object.entries(value) : []);
