/**
 * Checks each schema of a contract and its document with generated values: both must accept the same values.
 * `npm run openapi` reports each schema with a difference in one line.
 *
 * A `refine` may reject values that the document accepts. So may a format, and the length of text beyond the Basic
 * Multilingual Plane, which zod counts in UTF-16 units and JSON Schema in characters. The generated values avoid both.
 */
import fc from 'fast-check';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import type { Contract } from '../contract/contract.ts';
import { fragmentToken } from '../contract/json-pointer.ts';
import type { Operation } from '../contract/operation.ts';
import { bodyTypes, isUnsafe } from '../contract/operation.ts';
import { isPage, isResource } from '../contract/resource.ts';
import { z } from '../contract/schema.ts';
import { isPatch } from '../contract/schemas/patch.ts';
import { requestHeaders } from '../contract/schemas/request-headers.ts';
import type { CheckMode } from '../gateway/validation/schema/schemas.ts';
import { referenceSchema, Schemas } from '../gateway/validation/schema/schemas.ts';
import type { Json } from '../openapi/load/grammar.ts';

/** A fixed seed generates the same values in each run. */
const SEED = 20_261_129;
const RUNS = 150;
const MAX_DEPTH = 4;

/** A schema of the contract and its location in the document. */
interface SchemaPair {
  readonly place: string;
  readonly schema: z.ZodType;
  readonly pointer: string;
  readonly mode: CheckMode;
  /** Converts a value that the contract accepted to the sent value. */
  readonly sent: (taken: unknown, given: unknown) => unknown;
}

/** @returns one line for each schema that differs from the document */
export function contractDifferences(contract: Contract, document: OpenAPIObject): string[] {
  const requests = new Schemas(document as unknown as Json, () => {});
  const responses = new Schemas(document as unknown as Json, () => {}, false, 'response');
  const seen = new Set<string>();
  return contract.operations.flatMap((operation) =>
    pairsOf(operation, document).flatMap((pair) => {
      const key = pair.pointer.startsWith('#/components/') ? pair.pointer : pair.place;
      if (seen.has(key)) return [];
      seen.add(key);
      const difference = differenceOf(pair, pair.place.includes(': response ') ? responses : requests);
      return difference === undefined ? [] : [`${contract.service}: ${pair.place}: ${difference}`];
    }),
  );
}

/** The value after it was serialized to JSON and parsed. */
const asParsedJson = (value: unknown): unknown => asJson(undefined, value);

const asGiven = (_taken: unknown, given: unknown): unknown => given;

function pairsOf(operation: Operation, document: OpenAPIObject): SchemaPair[] {
  const { operationId, method, path, params, query, body, responses } = operation;
  const at = `#/paths/${fragmentToken(path)}/${method}`;
  const declared = (
    document.paths?.[path] as Record<string, { parameters?: { name: string; in: string }[] }>
  )?.[method];
  const parameters = [
    ...Object.entries(params?.shape ?? {}).map(([name, schema]) => ({ name, schema, where: 'path' })),
    ...Object.entries(query?.shape ?? {}).map(([name, schema]) => ({ name, schema, where: 'query' })),
    ...Object.entries(isUnsafe(operation) ? requestHeaders(operation).shape : {}).map(([name, schema]) => ({
      name,
      schema,
      where: 'header',
    })),
  ].map(({ name, schema, where }): SchemaPair => {
    const index = declared?.parameters?.findIndex((one) => one.name === name && one.in === where);
    return {
      place: `${operationId}: ${where} parameter ${name}`,
      schema: schema as z.ZodType,
      pointer: `${at}/parameters/${index}/schema`,
      mode: 'text',
      sent: asGiven,
    };
  });
  const bodies = (body === undefined ? [] : bodyTypes(body)).map(
    (type): SchemaPair => ({
      place: `${operationId}: body${isPatch(body) ? ` (${type})` : ''}`,
      schema: (isPatch(body) ? body.content[type]?.schema : body) as z.ZodType,
      pointer: `${at}/requestBody/content/${fragmentToken(type)}/schema`,
      mode: 'all',
      sent: asGiven,
    }),
  );
  const sent = Object.entries(responses).flatMap(([status, { body: given }]): SchemaPair[] => {
    if (given === undefined) return [];
    const place = `${operationId}: response ${status}`;
    if (!isPage(given) && !isResource(given)) {
      const pointer = `${at}/responses/${status}/content/${fragmentToken('application/json')}/schema`;
      return [{ place, schema: given, pointer, mode: 'all', sent: asJson }];
    }
    const { name, state } = isPage(given) ? given.item : given;
    const pointer = `#/components/schemas/${fragmentToken(name)}`;
    return [{ place, schema: state, pointer, mode: 'all', sent: withLinks }];
  });
  return [...parameters, ...bodies, ...sent];
}

/** The value as JSON. */
const asJson = (taken: unknown, given: unknown): unknown => {
  const text = JSON.stringify(taken ?? given);
  return text === undefined ? undefined : JSON.parse(text);
};

/** Adds the links that every resource has. */
const withLinks = (taken: unknown, given: unknown): unknown => {
  const value = asJson(taken, given);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? { ...value, _links: { self: { href: '/' } } } : value;
};

function differenceOf({ schema, pointer, mode, sent }: SchemaPair, schemas: Schemas): string | undefined {
  const inDocument = schemas.check(
    { type: 'object', properties: { value: referenceSchema(pointer) } },
    mode,
    pointer,
  );
  const isText = mode === 'text';
  const judge = (given: unknown): string | undefined => {
    // Whether a value is required is checked elsewhere.
    if (given === undefined) return undefined;
    const result = schema.safeParse(given);
    const issues = result.success ? [] : result.error.issues;
    if (issues.length > 0 && issues.every(({ code }) => code === 'custom')) return undefined;
    // The check replaces the text of a parameter by its value, so it gets a copy.
    const [fault] = inDocument({ value: structuredClone(sent(result.data, given)) });
    const [issue] = issues;
    const shown = shorten(JSON.stringify(given));
    if (issue === undefined && fault !== undefined)
      return `the document rejects ${shown}, which the contract accepts (${fault.instancePath.slice('/value'.length) || 'the whole'} ${fault.message})`;
    if (issue !== undefined && fault === undefined)
      return `the document accepts ${shown}, which the contract rejects (${issue.path.join('.') || 'the whole'}: ${issue.message})`;
    return undefined;
  };
  const values = valuesOf(schema, 0);
  const property = fc.property(
    isText ? values.map(textOf(schema)) : values.map(asParsedJson),
    (given) => judge(given) === undefined,
  );
  const { counterexample } = fc.check(property, { seed: SEED, numRuns: RUNS });
  return counterexample === null
    ? undefined
    : `${judge(counterexample[0])}; change the schema so that both accept the same values`;
}

/** Converts a value to the form of a parameter: a list of strings, or one string. */
const textOf =
  (schema: z.ZodType) =>
  (value: unknown): unknown =>
    isList(schema) ? [value].flat().map(String) : String(value);

const isList = (schema: z.ZodType): boolean => {
  const { type, innerType } = (schema as Described)._zod.def;
  return type === 'array' || (innerType !== undefined && isList(innerType as z.ZodType));
};

const MAX_SHOWN_LENGTH = 120;
const shorten = (text = 'nothing'): string =>
  text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text;

/** Values that are rarely valid. */
const UNLIKELY_VALUES = fc.constantFrom<unknown>(
  null,
  '',
  'a',
  'A',
  ' ',
  0,
  -1,
  1.5,
  100_000,
  true,
  [],
  [1],
  {},
  { a: 1 },
);

const mostly = (right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: UNLIKELY_VALUES });

type Described = z.ZodType & { readonly _zod: { readonly def: Record<string, unknown> } };
type Below = (schema: unknown) => fc.Arbitrary<unknown>;

/** Values that a schema accepts, and similar ones. */
function valuesOf(schema: z.ZodType, level: number): fc.Arbitrary<unknown> {
  const { def } = (schema as Described)._zod;
  if (level > MAX_DEPTH) return fc.constantFrom<unknown>(undefined, [], {});
  const below: Below = (inner) => valuesOf(inner as z.ZodType, level + 1);
  return mostly(VALUES[String(def.type)]?.(def, below, schema) ?? fc.jsonValue());
}

const same: Values = ({ innerType }, below) => below(innerType);
type Values = (def: Record<string, unknown>, below: Below, schema: z.ZodType) => fc.Arbitrary<unknown>;

const VALUES: Readonly<Record<string, Values>> = {
  string: (_, __, schema) => textValues(schema),
  template_literal: (_, __, schema) => textValues(schema),
  number: (_, __, schema) => numberValues(schema),
  boolean: () => fc.boolean(),
  null: () => fc.constant(null),
  any: () => fc.jsonValue(),
  unknown: () => fc.jsonValue(),
  literal: ({ values }) => fc.constantFrom(...(values as unknown[])),
  enum: ({ entries }) => fc.constantFrom(...Object.values(entries as Json)),
  optional: same,
  nullable: (def, below, schema) => fc.oneof(fc.constant(null), same(def, below, schema)),
  default: same,
  prefault: same,
  readonly: same,
  nonoptional: same,
  pipe: (def, below) => below(def.in),
  lazy: (def, below) => below((def.getter as () => unknown)()),
  union: ({ options }, below) => fc.oneof(...(options as unknown[]).map(below)),
  intersection: ({ left, right }, below) =>
    fc.tuple(below(left), below(right)).map(([a, b]) => (isObject(a) && isObject(b) ? { ...a, ...b } : a)),
  array: ({ element }, below, schema) => {
    const { minItems = 0, maxItems = 4 } = described(schema);
    const most = Math.min(maxItems, minItems + 4);
    return fc.oneof(
      fc.array(below(element), { minLength: minItems, maxLength: most }),
      fc.array(below(element), { maxLength: 3 }),
    );
  },
  tuple: ({ items, rest }, below) =>
    fc
      .tuple(
        fc.tuple(...(items as unknown[]).map(below)),
        fc.array(rest ? below(rest) : UNLIKELY_VALUES, { maxLength: 2 }),
        fc.nat(4),
      )
      .map(([head, tail, missing]) =>
        missing === 0 ? head.slice(0, -1) : missing === 1 ? [...head, ...tail] : head,
      ),
  record: ({ keyType, valueType }, below) =>
    fc
      .array(fc.tuple(below(keyType).map(String), below(valueType)), { maxLength: 3 })
      .map(Object.fromEntries),
  object: ({ shape }, below) => objectValues(shape as Json, below),
};

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Objects with all members; sometimes one is missing or one is added. */
const objectValues = (shape: Json, below: Below): fc.Arbitrary<unknown> => {
  const members = Object.entries(shape).map(([name, schema]) => fc.tuple(fc.constant(name), below(schema)));
  return fc
    .tuple(fc.tuple(...members), fc.nat(3 * members.length + 3), fc.nat(9))
    .map(([all, missing, more]) =>
      Object.fromEntries([
        ...all.filter(([, value], index) => index !== missing && value !== undefined),
        ...(more === 0 ? [['unknown', 1]] : []),
      ]),
    );
};

interface DescribedJson {
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
  readonly pattern?: string;
  readonly allOf?: readonly { readonly pattern?: string }[];
  readonly type?: string;
}

const described = (schema: z.ZodType): DescribedJson =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', metadata: z.registry() }) as DescribedJson;

/** Characters of the Basic Multilingual Plane, so that both count the same length. */
const CHARACTERS = fc.constantFrom(...'abcxyzABC019-_ .,:/+@é€\u0000\n');

const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  email: ['ada@example.com', 'Ada.L@mail.example.co', 'no', '@b.co'],
  'date-time': ['2030-01-15T19:30:00Z', '2030-01-15T19:30:00+02:00', '2030-01-15T19:30:00.5Z', '2030-01-15'],
  date: ['2030-01-15', '2030-02-30', '15.1.2030'],
  time: ['19:30:00', '19:30', '19:30:00Z', '25:00:00'],
  duration: ['P1D', 'PT1H', 'P1Y2M', 'P', '1D'],
  uuid: ['123e4567-e89b-42d3-a456-426614174000', '123'],
  ipv4: ['127.0.0.1', '256.0.0.1', '1.2.3'],
  ipv6: ['::1', '2001:db8::1', ':::', '127.0.0.1'],
};

const MAX_CHARACTERS = 1000;

function textValues(schema: z.ZodType): fc.Arbitrary<string> {
  const { minLength = 0, maxLength = MAX_CHARACTERS, format, pattern, allOf = [] } = described(schema);
  const samples = (format !== undefined && SAMPLES[format]) || undefined;
  // Validators disagree on unusual values of a format.
  if (samples !== undefined) return fc.constantFrom(...samples);
  const patterns = [pattern, ...allOf.map((one) => one.pattern)].flatMap((source) => source ?? []);
  const any = fc.string({ unit: CHARACTERS, minLength, maxLength: Math.min(maxLength, minLength + 20) });
  const most = Math.min(maxLength, MAX_CHARACTERS);
  const longer = fc.constantFrom('a'.repeat(most + 1), 'a'.repeat(most));
  // One character, and two UTF-16 units: a pattern without the flag u counts two.
  const isCounted = minLength > 0 || maxLength < MAX_CHARACTERS;
  const wide = patterns.length > 0 && !isCounted ? [fc.constantFrom('😀', '😀😀', 'a😀')] : [];
  const matching = patterns.map((source) => matchingOf(source));
  const flipped = fc
    .oneof(...matching, any)
    .map((text) => (text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase()));
  return fc.oneof(...matching, ...matching, any, longer, flipped, ...wide);
}

function matchingOf(source: string): fc.Arbitrary<string> {
  try {
    return fc.stringMatching(new RegExp(source), { maxLength: 50 }).filter((text) => text.length < 200);
  } catch {
    // Strings cannot be generated for lookaheads.
    return fc.constantFrom('a', 'abc', '123');
  }
}

function numberValues(schema: z.ZodType): fc.Arbitrary<number> {
  const { minimum = -1000, maximum = 1000 } = described(schema);
  const bounded = [minimum, maximum].filter((one) => Math.abs(one) < Number.MAX_SAFE_INTEGER);
  return fc.oneof(
    fc.integer({
      min: Math.max(-1000, Math.ceil(Math.min(minimum, 1000))),
      max: Math.max(-1000, Math.min(1000, Math.floor(maximum))),
    }),
    fc.integer({ min: -1000, max: 1000 }),
    fc.constantFrom(0, 0.5, -1.25, ...bounded.flatMap((one) => [one - 1, one, one + 1])),
  );
}
