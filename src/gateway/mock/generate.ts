/**
 * Values that a schema takes, made from its constraints alone: of a size that is bounded, and the same each time. Not
 * every schema can be met this way, so the caller checks it.
 */
import type { SchemaReferences, SchemaResource } from '../validation/schema/schema-references.ts';
import { type Merged, mergedOf, type Part } from './merged.ts';
import { textOf } from './text.ts';

/** Values that are made for one. */
const MOST_VALUES = 3000;
/** Deeper than that there is only what has to be there. */
const MOST_DEPTH = 6;
/** Deeper than that there is nothing: a schema may require itself. */
const DEEPEST = 40;
/** Items that are made though more are asked for. */
const MOST_ITEMS = 1000;

export interface Variant {
  /** Which of several alternatives is taken. */
  readonly choice: number;
  /** Only what has to be there. */
  readonly isLeast: boolean;
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
  #left = MOST_VALUES;

  constructor(references: SchemaReferences, variant: Variant) {
    this.#references = references;
    this.#variant = variant;
  }

  /** @param index another value for each, where there can be several */
  value(parts: readonly Part[], depth: number, index: number): unknown {
    this.#left--;
    if (depth > DEEPEST || this.#left < -MOST_VALUES) return null;
    const merged = mergedOf(parts, this.#references, this.#variant.choice);
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
        return textOf({
          ...{ format: merged.format, patterns: merged.patterns, index },
          minLength: merged.bounds.get('minLength') ?? 0,
          maxLength: merged.bounds.get('maxLength') ?? Number.POSITIVE_INFINITY,
        });
    }
  }

  get #isLeast(): boolean {
    return this.#variant.isLeast || this.#left < 0;
  }

  #object(merged: Merged, depth: number): unknown {
    const entries = new Map<string, unknown>();
    const least = merged.bounds.get('minProperties') ?? 0;
    const most = merged.bounds.get('maxProperties') ?? Number.POSITIVE_INFINITY;
    const add = (name: string, isNeeded: boolean): void => {
      const parts = partsFor(merged, name);
      const { isWriteOnly, isNever } = mergedOf(parts, this.#references, this.#variant.choice);
      if (isWriteOnly || isNever || (entries.size >= most && !isNeeded)) return;
      entries.set(name, this.value(parts, depth + 1, 0));
    };
    for (const name of merged.required) add(name, true);
    const takesMore = () => !this.#isLeast && depth < MOST_DEPTH;
    for (const name of merged.properties.keys())
      if (!entries.has(name) && (entries.size < least || takesMore())) add(name, false);
    for (let index = 0; entries.size < least && index < MOST_ITEMS; index++) {
      const name = this.#name(merged, index);
      if (!entries.has(name)) add(name, true);
    }
    return Object.fromEntries(entries);
  }

  /** Of a member that the schema does not name. */
  #name({ names, patternProperties }: Merged, index: number): string {
    const [pattern] = patternProperties;
    if (names.length > 0)
      return String(
        this.value(
          [...names, { node: { type: 'string' }, resource: (names[0] as Part).resource }],
          DEEPEST,
          index,
        ),
      );
    return textOf({
      ...{ format: undefined, minLength: 0, maxLength: Number.POSITIVE_INFINITY, index },
      patterns: pattern ? [pattern[0]] : [],
    });
  }

  #array({ first, items, contains, bounds, isUnique }: Merged, depth: number): unknown {
    const least = bounds.get('minItems') ?? 0;
    const most = Math.min(bounds.get('maxItems') ?? Number.POSITIVE_INFINITY, MOST_ITEMS);
    const wished = this.#isLeast || depth >= MOST_DEPTH ? 0 : 1;
    const isClosed = items.some(({ node }) => node === false);
    const held = contains.length > 0 ? (bounds.get('minContains') ?? 1) : 0;
    const length = Math.min(
      most,
      Math.max(least, wished > 0 ? first.length : 0, isClosed ? 0 : wished, held),
    );
    const made: unknown[] = [];
    const known = new Set<string>();
    for (let index = 0; made.length < length && index < length * 2 + 10; index++) {
      const place = made.length;
      const own = first[place] ?? items;
      const parts = place < held ? [...own, ...contains] : own;
      const value = this.value(parts, depth + 1, index);
      const text = isUnique ? JSON.stringify(value) : '';
      if (isUnique && known.has(text)) continue;
      known.add(text);
      made.push(value);
    }
    return made;
  }
}

function partsFor({ properties, patternProperties, others }: Merged, name: string): readonly Part[] {
  const own = properties.get(name) ?? [];
  const matching = patternProperties.filter(([pattern]) => matches(pattern, name)).map(([, part]) => part);
  return own.length + matching.length > 0 ? [...own, ...matching] : others;
}

function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(name);
  } catch {
    return false;
  }
}

const TYPES = ['object', 'array', 'string', 'integer', 'number', 'boolean', 'null'];

/** What it says, or what its other keywords are about. */
function typeFor(merged: Merged): string {
  const { types, properties, required, others, items, first, contains, multiples, bounds } = merged;
  if (types !== undefined) return TYPES.find((type) => types.has(type)) ?? 'null';
  const has = (...names: string[]) => names.some((name) => bounds.has(name));
  if (properties.size + required.size + others.length > 0 || has('minProperties', 'maxProperties'))
    return 'object';
  if (items.length + first.length + contains.length > 0 || has('minItems', 'maxItems')) return 'array';
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

/** The lowest that is allowed from 0 on, or the highest below it; `index` steps further. */
function numberFor({ types, multiples, bounds }: Merged, index: number): number {
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
  // Between two integers.
  const middle =
    Number.isFinite(least) && Number.isFinite(most) ? least + (most - least) / (2 + index) : found;
  return isAllowed(middle) ? middle : found;
}

/** A sum of decimals, without what binary fractions add to it. */
const times = (step: number, count: number): number => Number((step * count).toPrecision(15));

function commonMultiple(one: number, other: number): number {
  for (let count = 1; count <= 1000; count++) {
    const value = times(one, count);
    if (Number.isInteger(times(value, 1 / other))) return value;
  }
  return one;
}
