/**
 * Checks that an OpenAPI document can express the zod schemas of a contract. JSON Schema cannot express everything that
 * zod can, and the generator does not write everything that JSON Schema can express. Therefore each schema is checked
 * before the document is generated: keywords that the generator omits are added to the metadata of the schema, and
 * anything that JSON Schema cannot express is a fault.
 *
 * A `refine` is not in the document: a service may reject more than the document does (400), never less.
 */
import { getOpenApiMetadata, getRefId, zodToOpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { z } from '../schema.ts';

/** Where the values of a schema occur. `text` is a parameter, and `response` is the output of zod. */
export type ValueContext = 'json' | 'text' | 'response';

type Json = Record<string, unknown>;

/** zod's own description of a schema (`_zod.def`), of which each kind has other members. */
interface Definition {
  readonly type: string;
  readonly format?: string;
  readonly coerce?: boolean;
  readonly inclusive?: boolean;
  readonly discriminator?: string;
  readonly mode?: string;
  readonly catchall?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly items?: readonly z.ZodType[];
  readonly rest?: z.ZodType | null;
  readonly options?: readonly z.ZodType[];
  readonly left?: z.ZodType;
  readonly right?: z.ZodType;
  readonly in?: z.ZodType;
  readonly out?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly keyType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly checks?: readonly { readonly _zod: { readonly def: CheckDefinition } }[];
  readonly pattern?: RegExp;
  readonly check?: string;
  readonly defaultValue?: unknown;
  getter?(): z.ZodType;
}

interface CheckDefinition {
  readonly check: string;
  readonly format?: string;
  readonly pattern?: RegExp;
  readonly length?: number;
  readonly local?: boolean;
  readonly precision?: number | null;
}

const definitionOf = (schema: z.ZodType): Definition => schema._zod.def as unknown as Definition;

/** Types that JSON Schema cannot express, with the replacement. */
const UNSUPPORTED_TYPES: Readonly<Record<string, string>> = {
  bigint: 'JSON has no bigint; use z.int(), or a string with z.string().regex(/^-?\\d+$/)',
  date: 'JSON has no dates; use z.iso.datetime({ offset: true })',
  symbol: 'JSON has no symbols; use z.string()',
  undefined: 'JSON has no undefined; use .optional()',
  void: 'JSON has no undefined; omit the body',
  nan: 'JSON has no NaN; use z.null()',
  map: 'JSON has no maps; use z.record(z.string(), …)',
  set: 'JSON has no sets; use z.array(…)',
  file: 'JSON has no files; use z.base64()',
  function: 'JSON has no functions; remove it',
  promise: 'JSON has no promises; remove it',
  never: 'z.never() accepts no value; remove the member, or use z.strictObject(…)',
  custom: 'OpenAPI cannot express the check of a function; use a schema, and .refine(…) for the rest',
  catch: '.catch(…) accepts every value, valid or not; use .default(…) or .optional()',
  success: 'z.success(…) accepts every value; use a schema',
  transform: 'OpenAPI cannot express the input of a function; put a schema before the .transform(…)',
};

/** Formats for which validators accept everything that zod accepts. */
const FORMATS: ReadonlySet<unknown> = new Set(['email', 'date', 'date-time', 'uuid', 'ipv4', 'ipv6']);

/** Formats of zod that the generator names correctly and that need no pattern. */
const GENERATED: ReadonlySet<unknown> = new Set(['email', 'date', 'datetime']);

/** Flags that do not change the meaning of a pattern in JSON Schema, where `u` is always set (JSON Schema 2020-12 §6.4). */
const HARMLESS_FLAGS = /^[dgu]*$/;

/** Maximum nesting of schemas; deeper schemas are treated as infinite. */
const MAX_DEPTH = 100;

export class ExpressibilityCheck {
  readonly #faults: string[] = [];
  readonly #checked = new Map<z.ZodType, Set<ValueContext>>();

  get faults(): readonly string[] {
    return this.#faults;
  }

  /**
   * Checks a schema and its children.
   * @param part the location, such as `orders: placeOrder: body`
   */
  checkSchema(schema: z.ZodType, part: string, use: ValueContext): void {
    this.#check(schema, { part, member: '', use, ancestors: [] });
  }

  /** Checks each parameter of a query. The generator treats each one that accepts undefined or null as optional. */
  checkQuery(query: z.ZodObject, part: (name: string) => string): void {
    const required = requiredOf(query);
    for (const [name, schema] of Object.entries(query.shape as Record<string, z.ZodType>)) {
      this.checkSchema(schema, part(name), 'text');
      const isGenerated = !accepts(schema, undefined) && !accepts(schema, null);
      if (isGenerated !== required.has(name))
        addMetadata(schema, { param: { required: required.has(name) } });
    }
  }

  #check(schema: z.ZodType, at: Position): void {
    const cycle = at.ancestors.indexOf(schema);
    if (cycle >= 0 || at.ancestors.length > MAX_DEPTH) {
      if (cycle < 0 || !at.ancestors.slice(cycle).some((one) => getRefId(one) !== undefined))
        this.#fault(at, "the schema is recursive and has no name; add .openapi('Name') to its declaration");
      return;
    }
    const known = this.#checked.get(schema) ?? new Set();
    if (known.has(at.use)) return;
    known.add(at.use);
    this.#checked.set(schema, known);
    const definition = definitionOf(schema);
    const { type } = definition;
    const {
      children = [],
      keywords,
      fault,
      deferredKeywords,
    } = (INSPECTORS[type] ?? rejectUnsupported)(schema, definition, at.use);
    if (fault !== undefined) {
      this.#fault(at, fault);
      return;
    }
    if (keywords !== undefined) addMetadata(schema, keywords);
    const before = this.#faults.length;
    for (const [member, inner] of children)
      this.#check(inner, {
        ...at,
        member: memberOf(at.member, member),
        ancestors: [...at.ancestors, schema],
      });
    if (deferredKeywords !== undefined && this.#faults.length === before)
      addMetadata(schema, deferredKeywords());
  }

  #fault({ part, member }: Position, reason: string): void {
    this.#faults.push(`${part}${member && `, ${member}`}: ${reason}`);
  }
}

interface Position {
  readonly part: string;
  /** Such as `lineItems[].quantity`; empty for the root. */
  readonly member: string;
  readonly use: ValueContext;
  /** The schemas that contain this one. */
  readonly ancestors: readonly z.ZodType[];
}

const memberOf = (above: string, member: string): string =>
  above === '' || member === '' || member.startsWith('[') ? above + member : `${above}.${member}`;

/** Metadata that the author set with `.openapi()` wins over the computed keywords. */
function addMetadata(schema: z.ZodType, keywords: Json): void {
  const own = zodToOpenAPIRegistry.get(schema as never) as Json | undefined;
  zodToOpenAPIRegistry.add(schema as never, { ...keywords, ...own } as never);
}

interface Findings {
  readonly children?: readonly (readonly [member: string, schema: z.ZodType])[];
  /** Keywords that the generator omits or gets wrong. */
  readonly keywords?: Json | undefined;
  readonly fault?: string | undefined;
  /** Like `keywords`, but computed after the children are checked. */
  deferredKeywords?(): Json;
}

type Inspector = (schema: z.ZodType, definition: Definition, use: ValueContext) => Findings;

const inspectLeaf: Inspector = () => ({});

const rejectUnsupported: Inspector = (_, { type }) => ({
  fault: UNSUPPORTED_TYPES[type] ?? `OpenAPI cannot express z.${type}(…); use another schema`,
});

/** The generator ignores the wrappers of a schema that has an explicit type. */
const inspectWrapper: Inspector = (schema, { type, innerType, defaultValue }) => ({
  children: [['', innerType as z.ZodType]],
  deferredKeywords: () => ({
    ...((type === 'default' || type === 'prefault') && { default: defaultValue }),
    ...(schema.safeParse(null).success && nullable(innerType as z.ZodType)),
  }),
});

const INSPECTORS: Readonly<Record<string, Inspector>> = {
  null: inspectLeaf,
  any: inspectLeaf,
  unknown: inspectLeaf,
  boolean: (_, { coerce }, use) => ({
    fault: coerce
      ? "z.coerce.boolean() accepts every value, and reads \"false\" as true; use z.enum(['true', 'false'])"
      : undefined,
    ...(use === 'text' &&
      !coerce && {
        fault: "a parameter is a string, which z.boolean() never accepts; use z.enum(['true', 'false'])",
      }),
  }),
  string: inspectString,
  number: inspectNumber,
  template_literal: (schema) => ({ keywords: { pattern: plainSchema(schema).pattern } }),
  literal: inspectLiteral,
  enum: inspectEnum,
  optional: inspectWrapper,
  nullable: inspectWrapper,
  default: inspectWrapper,
  prefault: inspectWrapper,
  readonly: inspectWrapper,
  nonoptional: inspectWrapper,
  object: inspectObject,
  array: (_, definition) => ({
    children: [['[]', definition.element as z.ZodType]],
    keywords: lengthOf(definition),
  }),
  tuple: inspectTuple,
  record: inspectRecord,
  union: (_, { options = [], inclusive, discriminator }) => ({
    children: options.map((option) => ['', option]),
    fault:
      inclusive === false && discriminator === undefined
        ? 'the document of z.xor(…) accepts values that match several options; use z.discriminatedUnion(…)'
        : undefined,
  }),
  intersection: (_, { left, right }) => ({
    children: [
      ['', left as z.ZodType],
      ['', right as z.ZodType],
    ],
  }),
  lazy: inspectLazy,
  pipe: inspectPipe,
};

function inspectString(schema: z.ZodType, definition: Definition, use: ValueContext): Findings {
  if (definition.coerce && use !== 'text')
    return { fault: 'z.coerce.string() accepts every value; use z.string()' };
  const checks = checksOf(definition);
  if (checks.some(({ check }) => check === 'overwrite') && checks.length > 1)
    return {
      fault:
        'OpenAPI cannot express that a string is changed before it is checked; put .transform(…) after the checks',
    };
  if (definition.format === 'url' || checks.some(({ format }) => format === 'url'))
    return {
      fault:
        'z.url() accepts more than `format: uri`, such as https://bücher.example; use z.string().regex(/^https?:\\/\\/[!-~]+$/)',
    };
  for (const { pattern } of checks) {
    const reason = pattern && patternFault(pattern);
    if (reason !== undefined) return { fault: reason };
  }
  const told = checks.filter(({ check }) => check === 'string_format');
  const [only] = told;
  const isPlain = told.length === 0 || (told.length === 1 && only !== undefined && isGenerated(only));
  const lengths = lengthOf(definition, 'Length');
  if (isPlain) return { keywords: lengths };
  const { format, ...said } = plainSchema(schema);
  // The generator adds nothing to a schema with an explicit type.
  return { keywords: { ...said, ...(FORMATS.has(format) && { format }) } };
}

/** Whether the generator expresses a format completely. */
const isGenerated = ({ format, pattern, local, precision }: CheckDefinition): boolean =>
  format === 'regex'
    ? pattern?.flags === ''
    : GENERATED.has(format) && !local && typeof precision !== 'number';

/** The checks of the schema, and the schema itself if it is a format. */
const checksOf = (definition: Definition): readonly CheckDefinition[] => [
  ...(definition.check === undefined ? [] : [definition as CheckDefinition]),
  ...(definition.checks ?? []).map(({ _zod }) => _zod.def),
];

function patternFault({ source, flags }: RegExp): string | undefined {
  if (!HARMLESS_FLAGS.test(flags))
    return `OpenAPI cannot express the flag ${[...flags].find((flag) => !HARMLESS_FLAGS.test(flag))} of /${source}/${flags}; write the pattern without it, such as [A-Za-z] instead of [a-z] with i`;
  try {
    new RegExp(source, 'u');
    return undefined;
  } catch {
    return `/${source}/${flags} is not valid with the flag u, which documents use (JSON Schema 2020-12 §6.4); remove unnecessary escapes`;
  }
}

/** `.length(n)`: the generator supports it only for strings, and not after `.min` or `.max`. */
function lengthOf(definition: Definition, of: 'Items' | 'Length' = 'Items'): Json | undefined {
  const length = checksOf(definition).find(({ check }) => check === 'length_equals')?.length;
  return length === undefined ? undefined : { [`min${of}`]: length, [`max${of}`]: length };
}

function inspectNumber(schema: z.ZodType, definition: Definition, use: ValueContext): Findings {
  const { coerce } = definition;
  if (coerce && use !== 'text')
    return { fault: 'z.coerce.number() accepts strings, null and more; use z.number()' };
  if (use === 'text' && !coerce)
    return { fault: 'a parameter is a string, which z.number() never accepts; use z.coerce.number()' };
  const { type, minimum, maximum, ...said } = plainSchema(schema);
  const format = (schema as z.ZodNumber).format;
  // zod limits every integer to safe integers (RFC 8259 §6). The document does not repeat these bounds.
  const bound = (value: unknown) => (Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER ? undefined : value);
  const isGenerated = !coerce && (format === null || format === 'safeint');
  return {
    keywords: { ...said, minimum: bound(minimum), maximum: bound(maximum), ...(!isGenerated && { type }) },
  };
}

function inspectLiteral(_schema: z.ZodType, { values = [] }: Definition, use: ValueContext): Findings {
  const wrong = values.findIndex(
    (value) =>
      value === undefined ||
      typeof value === 'bigint' ||
      (typeof value === 'number' && !Number.isFinite(value)),
  );
  if (wrong >= 0)
    return { fault: `JSON has no value ${String(values[wrong])}; remove it from the z.literal(…)` };
  if (use === 'text' && values.some((value) => typeof value !== 'string'))
    return { fault: 'a parameter is a string; put the value of z.literal(…) in quotes' };
  if (values.length === 1 && values[0] !== null) return {};
  return { keywords: enumerated(values) };
}

function inspectEnum(_schema: z.ZodType, { entries = {} }: Definition, use: ValueContext): Findings {
  // A numeric TypeScript enum also maps its numbers to names.
  const values = Object.entries(entries)
    .filter(([, value]) => typeof entries[String(value)] !== 'number')
    .map(([, value]) => value);
  if (values.every((value) => typeof value === 'string')) return {};
  if (use === 'text') return { fault: 'a parameter is a string; put the values of z.enum(…) in quotes' };
  return { keywords: enumerated(values) };
}

const enumerated = (values: readonly unknown[]): Json => {
  const types = [...new Set(values.map((value) => (value === null ? 'null' : typeof value)))];
  return { type: types.length === 1 ? types[0] : types, enum: values };
};

/** The keywords that add `null` to a schema with an explicit type. */
function nullable(innerType: z.ZodType): Json | undefined {
  const { type, enum: values } = getOpenApiMetadata(innerType) as Json;
  if (type === undefined) return undefined;
  return {
    type: [...new Set([type, 'null'].flat())],
    ...(Array.isArray(values) && { enum: [...new Set([...values, null])] }),
  };
}

const accepts = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success;

/** Parses an empty object, because the types of zod alone do not say which members are optional. */
function requiredOf(object: z.ZodType): Set<unknown> {
  const issues = object.safeParse({}).error?.issues ?? [];
  return new Set(
    issues.filter(({ code, path }) => code !== 'custom' && path.length === 1).map(({ path }) => path[0]),
  );
}

function inspectObject(schema: z.ZodType, { shape = {}, catchall }: Definition): Findings {
  const members = Object.entries(shape);
  const more =
    catchall === undefined || definitionOf(catchall).type === 'never' ? [] : [['*', catchall] as const];
  return {
    children: [...members, ...more],
    deferredKeywords() {
      const all = requiredOf(schema);
      const required = members.map(([name]) => name).filter((name) => all.has(name));
      const generated = members.filter(([, member]) => !accepts(member, undefined));
      return required.join() === generated.map(([name]) => name).join() ? {} : { required };
    },
  };
}

function inspectTuple(schema: z.ZodType, { items = [], rest }: Definition): Findings {
  const { minItems, maxItems } = plainSchema(schema);
  return {
    children: [
      ...items.map((item, index) => [`[${index}]`, item] as const),
      ...(rest ? [['[…]', rest] as const] : []),
    ],
    keywords: { minItems, maxItems, items: rest ? plainSchema(rest) : false },
  };
}

function inspectRecord(schema: z.ZodType, { keyType, valueType, mode }: Definition): Findings {
  if (mode === 'loose') return { fault: 'OpenAPI cannot express z.looseRecord(…); use z.record(…)' };
  const { propertyNames, required } = plainSchema(schema);
  const { type, ...names } = (propertyNames ?? {}) as Json;
  const says = Object.keys(names).length > 0;
  const reason = checksOf(definitionOf(keyType as z.ZodType)).flatMap(
    ({ pattern }) => (pattern && patternFault(pattern)) ?? [],
  );
  return {
    children: [['*', valueType as z.ZodType]],
    fault: reason[0],
    keywords: {
      ...(says && { propertyNames: { type, ...names } }),
      ...(required !== undefined && { required }),
    },
  };
}

const JSON_TYPES = ['string', 'number', 'boolean', 'null', 'array', 'object'];

/** The types of the options of `z.json()`. */
const JSON_KINDS = 'string,number,boolean,null,array,record';

function inspectLazy(_schema: z.ZodType, definition: Definition): Findings {
  const inner = definition.getter?.() as z.ZodType;
  const kinds = (definitionOf(inner).options ?? []).map((option) => definitionOf(option).type).join();
  if (kinds === JSON_KINDS) return { keywords: { type: JSON_TYPES } };
  return { children: [['', inner]] };
}

function inspectPipe(_schema: z.ZodType, definition: Definition, use: ValueContext): Findings {
  const [from, to] = [definition.in as z.ZodType, definition.out as z.ZodType];
  if (definitionOf(from).type === 'transform')
    return {
      fault: 'OpenAPI cannot express what z.preprocess(…) accepts; use a schema with .transform(…) after it',
    };
  if (use === 'response')
    return {
      fault:
        'the document does not describe the result of .transform(…) in a response; change the value before you return it',
    };
  return { children: [['', from], ...(definitionOf(to).type === 'transform' ? [] : [['', to] as const])] };
}

/** The JSON Schema that zod itself generates, without named components. */
const plainSchema = (schema: z.ZodType): Json => {
  const { $schema: _, ...said } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    metadata: z.registry<Json>(),
  }) as Json;
  return said;
};
