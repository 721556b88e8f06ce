/**
 * Generates values from the constraints of a schema, of bounded size and the same each time. This does not work for every
 * schema, so the caller validates the result.
 */
import type { SchemaReferences, SchemaResource } from '../validation/schema/schema-references.ts';
import { generateText } from './generate-text.ts';
import type { MergedSchema, SchemaPart } from './merge-schemas.ts';
import { mergeSchemas } from './merge-schemas.ts';

/** Maximum values inside one generated value. */
const MAX_VALUES = 3000;
/** Below this depth, only required members are generated. */
const MAX_DEPTH = 6;
/** Below this depth, nothing is generated: a schema may require itself. */
const DEPTH_LIMIT = 40;
/** Maximum items, even if the schema requires more. */
const MAX_ITEMS = 1000;

export interface Variant {
  /** Index of the alternative to use. */
  readonly choice: number;
  /** Whether only required members are generated. */
  readonly isMinimal: boolean;
}

export function generate(
  references: SchemaReferences,
  schema: unknown,
  resource: SchemaResource,
  variant: Variant,
): unknown {
  return new Generator(references, variant).value([{ node: schema, resource }], 0, 0);
}

class Generator {
  readonly #references: SchemaReferences;
  readonly #variant: Variant;
  #left = MAX_VALUES;

  constructor(references: SchemaReferences, variant: Variant) {
    this.#references = references;
    this.#variant = variant;
  }

  /** @param index selects different values, if several are possible */
  value(parts: readonly SchemaPart[], depth: number, index: number): unknown {
    this.#left--;
    if (depth > DEPTH_LIMIT || this.#left < -MAX_VALUES) return null;
    const merged = mergeSchemas(parts, this.#references, this.#variant.choice);
    const values = merged.values?.filter((one) => isOfType(one, merged.types));
    if (values && values.length > 0) return values[index % values.length];
    switch (typeFor(merged)) {
      case 'object':
        return this.#object(merged, depth);
      case 'array':
        return this.#array(merged, depth);
      case 'integer':
      case 'number':
        return numberFor(merged, index);
      case 'boolean':
        return index % 2 === 0;
      case 'null':
        return null;
      default:
        return generateText({
          format: merged.format,
          patterns: merged.patterns,
          index,
          minLength: merged.bounds.get('minLength') ?? 0,
          maxLength: merged.bounds.get('maxLength') ?? Number.POSITIVE_INFINITY,
        });
    }
  }

  get #isMinimal(): boolean {
    return this.#variant.isMinimal || this.#left < 0;
  }

  #object(merged: MergedSchema, depth: number): unknown {
    const entries = new Map<string, unknown>();
    const least = merged.bounds.get('minProperties') ?? 0;
    const most = merged.bounds.get('maxProperties') ?? Number.POSITIVE_INFINITY;
    const add = (name: string, isNeeded: boolean): void => {
      const parts = partsFor(merged, name);
      const { isWriteOnly, isUnsatisfiable: isNever } = mergeSchemas(
        parts,
        this.#references,
        this.#variant.choice,
      );
      if (isWriteOnly || isNever || (entries.size >= most && !isNeeded)) return;
      entries.set(name, this.value(parts, depth + 1, 0));
    };
    for (const name of merged.required) add(name, true);
    const takesMore = () => !this.#isMinimal && depth < MAX_DEPTH;
    for (const name of merged.properties.keys())
      if (!entries.has(name) && (entries.size < least || takesMore())) add(name, false);
    for (let index = 0; entries.size < least && index < MAX_ITEMS; index++) {
      const name = this.#name(merged, index);
      if (!entries.has(name)) add(name, true);
    }
    return Object.fromEntries(entries);
  }

  /** The name of a member that the schema does not define. */
  #name({ propertyNames, patternProperties }: MergedSchema, index: number): string {
    const [pattern] = patternProperties;
    if (propertyNames.length > 0)
      return String(
        this.value(
          [
            ...propertyNames,
            { node: { type: 'string' }, resource: (propertyNames[0] as SchemaPart).resource },
          ],
          DEPTH_LIMIT,
          index,
        ),
      );
    return generateText({
      format: undefined,
      minLength: 0,
      maxLength: Number.POSITIVE_INFINITY,
      index,
      patterns: pattern ? [pattern[0]] : [],
    });
  }

  #array({ prefixItems, items, contains, bounds, isUnique }: MergedSchema, depth: number): unknown {
    const least = bounds.get('minItems') ?? 0;
    const most = Math.min(bounds.get('maxItems') ?? Number.POSITIVE_INFINITY, MAX_ITEMS);
    const wantedLength = this.#isMinimal || depth >= MAX_DEPTH ? 0 : 1;
    const isClosed = items.some(({ node }) => node === false);
    const containsCount = contains.length > 0 ? (bounds.get('minContains') ?? 1) : 0;
    const length = Math.min(
      most,
      Math.max(least, wantedLength > 0 ? prefixItems.length : 0, isClosed ? 0 : wantedLength, containsCount),
    );
    const values: unknown[] = [];
    const known = new Set<string>();
    for (let index = 0; values.length < length && index < length * 2 + 10; index++) {
      const place = values.length;
      const own = prefixItems[place] ?? items;
      const parts = place < containsCount ? [...own, ...contains] : own;
      const value = this.value(parts, depth + 1, index);
      const text = isUnique ? JSON.stringify(value) : '';
      if (isUnique && known.has(text)) continue;
      known.add(text);
      values.push(value);
    }
    return values;
  }
}

function partsFor(
  { properties, patternProperties, additionalProperties }: MergedSchema,
  name: string,
): readonly SchemaPart[] {
  const own = properties.get(name) ?? [];
  const matching = patternProperties.filter(([pattern]) => matches(pattern, name)).map(([, part]) => part);
  return own.length + matching.length > 0 ? [...own, ...matching] : additionalProperties;
}

function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(name);
  } catch {
    return false;
  }
}

const TYPES = ['object', 'array', 'string', 'integer', 'number', 'boolean', 'null'];

/** The type of the schema, or the type that its other keywords apply to. */
function typeFor(merged: MergedSchema): string {
  const {
    types,
    properties,
    required,
    additionalProperties,
    items,
    prefixItems,
    contains,
    multiples,
    bounds,
  } = merged;
  if (types !== undefined) return TYPES.find((type) => types.has(type)) ?? 'null';
  const has = (...names: string[]) => names.some((name) => bounds.has(name));
  if (
    properties.size + required.size + additionalProperties.length > 0 ||
    has('minProperties', 'maxProperties')
  )
    return 'object';
  if (items.length + prefixItems.length + contains.length > 0 || has('minItems', 'maxItems')) return 'array';
  if (multiples.length > 0 || has('minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'))
    return 'number';
  return 'string';
}

function isOfType(value: unknown, types: ReadonlySet<string> | undefined): boolean {
  if (types === undefined) return true;
  if (value === null) return types.has('null');
  if (Array.isArray(value)) return types.has('array');
  if (typeof value === 'number') return types.has(Number.isInteger(value) ? 'integer' : 'number');
  return types.has(typeof value);
}

/** The lowest allowed number from 0 on, or the highest below 0, plus `index` steps. */
function numberFor({ types, multiples, bounds }: MergedSchema, index: number): number {
  const isInteger = types !== undefined && !types.has('number');
  const step = multiples.length > 0 ? multiples.reduce(commonMultiple) : 1;
  const least = Math.max(bounds.get('minimum') ?? -Infinity, bounds.get('exclusiveMinimum') ?? -Infinity);
  const most = Math.min(bounds.get('maximum') ?? Infinity, bounds.get('exclusiveMaximum') ?? Infinity);
  const from = least === -Infinity ? Math.min(0, most) : least > 0 || most < 0 ? least : Math.max(least, 0);
  let count = Math.ceil(from / step);
  const isAllowed = (value: number): boolean =>
    value >= least &&
    value <= most &&
    value !== bounds.get('exclusiveMinimum') &&
    value !== bounds.get('exclusiveMaximum') &&
    (!isInteger || Number.isInteger(value));
  for (let tries = 0; tries < 100 && !isAllowed(times(step, count)); tries++)
    count += times(step, count) >= most && least === -Infinity ? -1 : 1;
  const found = times(step, count);
  if (isAllowed(found) || multiples.length > 0) {
    const further = times(step, count + index);
    return isAllowed(further) ? further : found;
  }
  // Use a fraction between two integers.
  const middle =
    Number.isFinite(least) && Number.isFinite(most) ? least + (most - least) / (2 + index) : found;
  return isAllowed(middle) ? middle : found;
}

/** Multiplies decimals without binary rounding errors. */
const times = (step: number, count: number): number => Number((step * count).toPrecision(15));

function commonMultiple(one: number, other: number): number {
  for (let count = 1; count <= 1000; count++) {
    const value = times(one, count);
    if (Number.isInteger(times(value, 1 / other))) return value;
  }
  return one;
}
