/** The keywords of JSON Schema 2020-12 that constrain a value, and the values that each keyword allows. */
import { isObject } from '../../../openapi/load/grammar.ts';

interface KeywordRule {
  readonly expected: string;
  is(value: unknown): boolean;
}

const isText = (value: unknown): value is string => typeof value === 'string';

const TYPES: ReadonlySet<unknown> = new Set([
  'null',
  'boolean',
  'object',
  'array',
  'number',
  'string',
  'integer',
]);

const any: KeywordRule = { expected: 'a value', is: () => true };
const number: KeywordRule = { expected: 'a number', is: Number.isFinite };
const positive: KeywordRule = {
  expected: 'a number above 0',
  is: (value) => Number.isFinite(value) && (value as number) > 0,
};
const count: KeywordRule = {
  expected: 'an integer that is not negative',
  is: (value) => Number.isInteger(value) && (value as number) >= 0,
};
const boolean: KeywordRule = { expected: 'true or false', is: (value) => typeof value === 'boolean' };
const text: KeywordRule = { expected: 'a string', is: isText };
const texts: KeywordRule = {
  expected: 'a list of strings',
  is: (value) => Array.isArray(value) && value.every(isText),
};

/** JSON Schema 2020-12, Validation §6 and §7. */
export const ASSERTIONS: Readonly<Record<string, KeywordRule>> = {
  type: {
    expected: 'a type, or a list of types',
    is: (value) =>
      TYPES.has(value) || (Array.isArray(value) && value.length > 0 && value.every((one) => TYPES.has(one))),
  },
  enum: { expected: 'a list', is: Array.isArray },
  const: any,
  multipleOf: positive,
  maximum: number,
  exclusiveMaximum: number,
  minimum: number,
  exclusiveMinimum: number,
  maxLength: count,
  minLength: count,
  pattern: text,
  maxItems: count,
  minItems: count,
  uniqueItems: boolean,
  maxContains: count,
  minContains: count,
  maxProperties: count,
  minProperties: count,
  required: texts,
  dependentRequired: {
    expected: 'an object of lists of strings',
    is: (value) => isObject(value) && Object.values(value).every(texts.is),
  },
  format: text,
  writeOnly: boolean,
};

/**
 * How a keyword contains schemas, and whether they apply to the same value (`same`) or to its members and items
 * (`inner`). JSON Schema 2020-12, Core §10 and §11.
 */
export interface Applicator {
  readonly shape: 'one' | 'list' | 'map';
  readonly about: 'same' | 'inner';
}

const applicator = (shape: Applicator['shape'], about: Applicator['about']): Applicator => ({ shape, about });

export const APPLICATORS: Readonly<Record<string, Applicator>> = {
  allOf: applicator('list', 'same'),
  anyOf: applicator('list', 'same'),
  oneOf: applicator('list', 'same'),
  not: applicator('one', 'same'),
  if: applicator('one', 'same'),
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: applicator('one', 'same'),
  else: applicator('one', 'same'),
  dependentSchemas: applicator('map', 'same'),
  properties: applicator('map', 'inner'),
  patternProperties: applicator('map', 'inner'),
  additionalProperties: applicator('one', 'inner'),
  propertyNames: applicator('one', 'inner'),
  unevaluatedProperties: applicator('one', 'inner'),
  prefixItems: applicator('list', 'inner'),
  items: applicator('one', 'inner'),
  contains: applicator('one', 'inner'),
  unevaluatedItems: applicator('one', 'inner'),
};

/** The most schemas of one keyword, because they are handled in one turn of the event loop. */
export const MAX_SUBSCHEMAS = 20_000;

const counts = new WeakMap<object, number>();

/** The number of members or items. It is cached for large objects, because counting takes long. */
export function countOf(container: object): number {
  if (Array.isArray(container)) return container.length;
  const known = counts.get(container);
  if (known !== undefined) return known;
  const count = Object.keys(container).length;
  if (count > MAX_SUBSCHEMAS) counts.set(container, count);
  return count;
}

/** Whether a value can be a schema. */
export const isSchema = (value: unknown): boolean => isObject(value) || typeof value === 'boolean';
