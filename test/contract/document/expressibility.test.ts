/** A document accepts what its contract accepts, or the contract is rejected in a line that names the location. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Contract, defineContract } from '../../../src/contract/contract.ts';
import type { ContractFault } from '../../../src/contract/contract-fault.ts';
import { contractDocument } from '../../../src/contract/document/document.ts';
import { operation } from '../../../src/contract/operation.ts';
import { resource } from '../../../src/contract/resource.ts';
import { z } from '../../../src/contract/schema.ts';
import { id, text } from '../../../src/contract/schemas/text.ts';
import { type CheckMode, referenceSchema, Schemas } from '../../../src/gateway/validation/schema/schemas.ts';
import { formats } from '../../../src/hypermedia/formats/index.ts';
import { createLog } from '../../../src/observability/log.ts';
import type { Json } from '../../../src/openapi/load/grammar.ts';
import { createService } from '../../../src/service/app.ts';
import { contractDifferences } from '../../../src/tools/contract-agreement.ts';
import { memoryKeys } from '../../support/keys.ts';

const contractOf = (more: object): Contract =>
  defineContract({
    service: 'shop',
    title: 'Shop',
    description: 'A shop.',
    version: '1.0.0',
    operations: [
      operation({
        operationId: 'sell',
        method: 'post',
        path: '/sales',
        summary: 'Sell',
        responses: { 204: { description: 'Sold.' } },
        ...more,
      }),
    ],
  }) as unknown as Contract;

const withBody = (member: z.ZodType) => contractOf({ body: z.strictObject({ member }) });
const withQuery = (member: z.ZodType) => contractOf({ query: z.object({ member }) });
const withResponse = (member: z.ZodType) =>
  contractOf({ responses: { 200: { description: 'ok', body: resource('Sale', z.object({ member })) } } });

const startOf = (contract: Contract) => () =>
  createService({
    contract,
    handlers: {},
    getJson: async () => ({ status: 200, body: {} }),
    keys: memoryKeys(),
    log: createLog({ level: 'silent' }),
  });

const faultsOf = (contract: Contract): readonly string[] => {
  try {
    contractDocument(contract, formats);
    return [];
  } catch (error) {
    return (error as ContractFault).lines;
  }
};

/** Whether the document of a contract allows a value of its member. */
function allows(contract: Contract, value: unknown): boolean {
  const document = contractDocument(contract, formats) as unknown as Json;
  const operationAt = '#/paths/~1sales/post';
  const isBody = contract.operations[0]?.body !== undefined;
  const pointer = isBody
    ? `${operationAt}/requestBody/content/application~1json/schema`
    : `${operationAt}/parameters/0/schema`;
  const mode: CheckMode = isBody ? 'all' : 'text';
  const schema = isBody
    ? referenceSchema(pointer)
    : { type: 'object', properties: { member: referenceSchema(pointer) } };
  return new Schemas(document, () => {}).check(schema, mode, pointer)({ member: value }).length === 0;
}

const tree = z.object({
  name: z.string(),
  get children() {
    return tree.array().optional();
  },
});
const namedTree = z
  .object({
    name: z.string(),
    get children() {
      return namedTree.array().optional();
    },
  })
  .openapi('Tree');
const lazy: z.ZodType = z.lazy(() => z.object({ next: lazy.optional() }));
const [left, right] = [
  z.object({
    get right(): z.ZodType {
      return right.optional();
    },
  }),
  z.object({
    get left(): z.ZodType {
      return left.optional();
    },
  }),
];

describe('A contract that OpenAPI cannot express', () => {
  it.each<[string, z.ZodType, RegExp]>([
    ['the flag i', z.string().regex(/^[a-z]{3}$/i), /the flag i of \/\^\[a-z\]\{3\}\$\/i; write/],
    ['the flag s', z.string().regex(/^.$/s), /the flag s/],
    ['the flag m', z.string().regex(/^a$/m), /the flag m/],
    ['the flag i in a second pattern', z.string().regex(/^a/).regex(/b$/i), /the flag i/],
    [
      'a pattern that the flag u does not allow',
      z.string().regex(/^[\w-a]$/),
      /is not valid with the flag u/,
    ],
    ['bigint', z.bigint(), /JSON has no bigint/],
    ['date', z.date(), /JSON has no dates; use z.iso.datetime/],
    ['url', z.url(), /z\.url\(\) accepts more/],
    ['coerce.number', z.coerce.number(), /use z\.number\(\)/],
    ['coerce.string', z.coerce.string(), /use z\.string\(\)/],
    ['coerce.boolean', z.coerce.boolean(), /z\.coerce\.boolean/],
    ['coerce.date', z.coerce.date(), /JSON has no dates/],
    ['coerce.bigint', z.coerce.bigint(), /JSON has no bigint/],
    ['catch', z.string().catch('a'), /accepts every value/],
    ['set', z.set(z.string()), /use z\.array/],
    ['map', z.map(z.string(), z.string()), /use z\.record/],
    ['undefined', z.undefined(), /use \.optional/],
    ['void', z.void(), /JSON has no undefined/],
    ['never', z.never(), /accepts no value/],
    ['file', z.file(), /JSON has no files/],
    ['nan', z.nan(), /JSON has no NaN/],
    ['symbol', z.symbol(), /JSON has no symbols/],
    ['promise', z.promise(z.string()), /JSON has no promises/],
    ['custom', z.custom<string>((value) => typeof value === 'string'), /the check of a function/],
    ['preprocess', z.preprocess((value) => value, z.string()), /z\.preprocess/],
    ['trim before a length', z.string().trim().max(3), /changed before it is checked/],
    ['literal undefined', z.literal([undefined, 'a']), /JSON has no value undefined/],
    ['literal bigint', z.literal(5n), /JSON has no value 5/],
    ['xor', z.xor([z.string(), z.int()]), /z\.xor/],
    [
      'a tree without a name',
      tree,
      /member\.children\[\]: the schema is recursive and has no name; add \.openapi\('Name'\)/,
    ],
    ['lazy without a name', lazy, /member\.next: the schema is recursive/],
    ['two that hold each other', left, /member\.right\.left: the schema is recursive/],
    [
      'deep in an array',
      z.array(z.object({ a: z.tuple([z.date()]) })),
      /member\[\]\.a\[0\]: JSON has no dates/,
    ],
    ['in a record', z.record(z.string(), z.date()), /member\.\*: JSON has no dates/],
    ['in a union', z.union([z.string(), z.set(z.string())]), /member: JSON has no sets/],
  ])('is rejected for %s by the document and by the service, in one line', (_, schema, line) => {
    const contract = withBody(schema);
    const [first = '', ...others] = faultsOf(contract);
    expect(first).toMatch(/^shop: sell: body, member/);
    expect(first).toMatch(line);
    expect(others).toEqual([]);
    expect(startOf(contract)).toThrow(first);
    expect(() => contractDocument(contract, formats)).toThrow(
      expect.objectContaining({ stack: `ContractFault: ${first}` }),
    );
  });

  it('names each fault of each operation', () => {
    const contract = contractOf({
      query: z.object({ a: z.boolean(), b: z.coerce.boolean(), c: z.number() }),
      body: z.object({ d: z.date() }),
      responses: { 200: { description: 'ok', body: z.object({ e: z.string().transform(Number) }) } },
    });
    expect(faultsOf(contract)).toEqual([
      expect.stringMatching(/^shop: sell: query parameter a: a parameter is a string/),
      expect.stringMatching(/^shop: sell: query parameter b: z\.coerce\.boolean\(\) accepts every value/),
      expect.stringMatching(/^shop: sell: query parameter c: a parameter is a string/),
      expect.stringMatching(/^shop: sell: body, d: JSON has no dates/),
      expect.stringMatching(
        /^shop: sell: response 200, e: the document does not describe the result of \.transform/,
      ),
    ]);
  });
});

const numberMember = (schema: z.ZodType) => (schema as z.ZodNumber).openapi({ description: 'A number.' });

describe('A contract that OpenAPI can express', () => {
  it.each<[string, z.ZodType, unknown[], unknown[]]>([
    ['the flag u', z.string().regex(/^\p{L}$/u), ['ä', '𝒜'], ['1', 'ab']],
    ['literals of several types', z.literal(['first', 2, null]), ['first', 2, null], ['2', 'second', 3]],
    ['a nullable literal', z.literal(['a', 2]).nullable(), ['a', 2, null], ['null', 3]],
    ['an optional literal', z.literal(['a', 2]).optional(), ['a', 2], [null, 3]],
    ['enums of texts and numbers', z.enum({ a: 'x', b: 2 }), ['x', 2], ['2', 'a']],
    ['enums of numbers', z.enum({ a: 1.5, b: 2 }), [1.5, 2], [1, '2']],
    ['exactOptional', z.strictObject({ a: z.string().exactOptional() }), [{}, { a: 'b' }], [{ a: null }]],
    ['unknown', z.object({ a: z.unknown() }), [{ a: 1 }, { a: null }], [{}]],
    ['any JSON', z.json(), [1, 'a', null, [1], { a: [] }, true], []],
    ['any JSON with a name', z.json().openapi('Anything'), [1, 'a', null, [1], { a: [] }, true], []],
    ['int32', z.int32(), [1, -2_147_483_648], [1.5, 2_147_483_648, '1']],
    ['a nullable int32 with a description', numberMember(z.uint32()).nullable(), [0, null], [-1, 0.5]],
    ['two patterns', z.string().regex(/^a/).regex(/b$/), ['ab', 'axb'], ['a', 'b', 'xab']],
    ['a nullable text with two patterns', z.string().regex(/^a/).regex(/b$/).nullable(), ['ab', null], ['a']],
    [
      'startsWith, includes and endsWith',
      z.string().startsWith('a(').includes('.').endsWith('$'),
      ['a(.$'],
      ['a(x$', '.$'],
    ],
    ['lower case', z.string().lowercase(), ['abc'], ['aBc']],
    ['a length', z.array(z.int()).length(2), [[1, 2]], [[1], [1, 2, 3]]],
    ['a tuple', z.tuple([z.string(), z.int().optional()]), [['a'], ['a', 1]], [[], ['a', 'b'], ['a', 1, 2]]],
    ['a tuple with a rest', z.tuple([z.string()]).rest(z.int()), [['a'], ['a', 1, 2]], [[], ['a', 'b']]],
    ['keys of a record', z.record(z.string().regex(/^a/), z.int()), [{}, { ab: 1 }], [{ b: 1 }, { a: 'b' }]],
    [
      'all keys of a record',
      z.record(z.enum(['a', 'b']), z.int()),
      [{ a: 1, b: 2 }],
      [{ a: 1 }, { a: 1, b: 2, c: 3 }],
    ],
    ['some keys of a record', z.partialRecord(z.enum(['a', 'b']), z.int()), [{ a: 1 }, {}], [{ c: 3 }]],
    ['a named tree', namedTree, [{ name: 'a', children: [{ name: 'b' }] }], [{ name: 'a', children: [{}] }]],
    ['a time', z.iso.time(), ['19:30', '19:30:00'], ['19:30:00Z', '25:00']],
    [
      'a date with an offset',
      z.iso.datetime({ offset: true }),
      ['2030-01-15T19:30:00+02:00', '2030-01-15T19:30:00Z'],
      ['2030-01-15'],
    ],
    ['a local date', z.iso.datetime({ local: true }), ['2030-01-15T19:30:00'], ['2030-01-15']],
    ['an address', z.ipv4(), ['127.0.0.1'], ['127.0.0.256', 'a']],
    [
      'a UUID',
      z.uuid(),
      ['123e4567-e89b-42d3-a456-426614174000'],
      ['urn:uuid:123e4567-e89b-42d3-a456-426614174000'],
    ],
    ['base64', z.base64(), ['YWI=', ''], ['YWI', '-']],
    ['a template', z.templateLiteral(['a-', z.int()]), ['a-1'], ['a-', 'b-1']],
    ['several divisors', z.number().multipleOf(2).multipleOf(3), [6, 12], [2, 3]],
    ['exclusive limits', z.number().gt(2).lt(7), [3, 6.9], [2, 7]],
    ['a default', z.int32().default(3), [4], ['4', 1.5]],
    ['text', text(5), ['abcde', '\u{1F600}'.repeat(5)], ['', 'abcdef', 'a\0']],
    ['an id', id('a'), ['a-1'], ['a b', '']],
  ])('is expressed exactly: %s', (_, schema, right, wrong) => {
    const contract = withBody(schema);
    const takes = (value: unknown) => z.strictObject({ member: schema }).safeParse({ member: value }).success;
    for (const value of right)
      expect([value, takes(value), allows(contract, value)]).toEqual([value, true, true]);
    for (const value of wrong)
      expect([value, takes(value), allows(contract, value)]).toEqual([value, false, false]);
    expect(contractDifferences(contract, contractDocument(contract, formats))).toEqual([]);
    expect(startOf(contract)).not.toThrow();
  });

  it.each<[string, z.ZodType, string[], string[]]>([
    ['coerce.number', z.coerce.number().min(1), ['1', '2.5'], ['0', 'a']],
    [
      'coerce.int with a default',
      z.coerce.number().int().min(1).max(9).default(5),
      ['1', '9'],
      ['0', '10', '1.5'],
    ],
    ['a text', z.string().max(2), ['ab'], ['abc']],
  ])('is expressed exactly in a parameter: %s', (_, schema, right, wrong) => {
    const contract = withQuery(schema);
    const document = contractDocument(contract, formats);
    for (const value of right)
      expect([value, schema.safeParse(value).success, allows(contract, value)]).toEqual([value, true, true]);
    for (const value of wrong)
      expect([value, schema.safeParse(value).success, allows(contract, value)]).toEqual([
        value,
        false,
        false,
      ]);
    expect(contractDifferences(contract, document)).toEqual([]);
    expect(JSON.stringify(document.paths)).not.toContain('"null"');
  });

  it.each<[string, z.ZodType]>([
    ['a text', z.string()],
    ['optional', z.string().optional()],
    ['exactOptional', z.string().exactOptional()],
    ['nullable', z.string().nullable()],
    ['coerce.number', z.coerce.number()],
    ['optional coerce.number', z.coerce.number().optional()],
    ['a default', z.coerce.number().default(1)],
  ])('has the same required parameters as its document: %s', (_, member) => {
    const query = z.object({ member });
    const document = contractDocument(contractOf({ query }), formats);
    const isTaken = query.safeParse({}).success;
    expect(document.paths?.['/sales']?.post?.parameters?.[0]).toMatchObject({ required: !isTaken });
    expect(JSON.stringify(document)).not.toContain('"param"');
  });

  it('has the limits and the default of a page in its document', () => {
    const limit = z.coerce.number().int().min(1).max(100).default(20).openapi({ description: 'How many.' });
    const document = contractDocument(withQuery(limit), formats);
    const [parameter] = (document.paths?.['/sales']?.post?.parameters ?? []) as { schema?: Json }[];
    expect(parameter?.schema).toEqual({
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 20,
      description: 'How many.',
    });
  });
});

describe('The comparison of a contract with its document', () => {
  const other = (member: z.ZodType) => contractDocument(withBody(member), formats);

  it.each<[string, z.ZodType, z.ZodType, RegExp]>([
    [
      'a length',
      z.string().max(3),
      z.string().max(4),
      /body: the document accepts \{"member":"\w{4}"\}, which the contract rejects \(member: /,
    ],
    ['a type', z.int(), z.string(), /the document (?:accepts|rejects)/],
    [
      'a required member',
      z.object({ a: z.int() }),
      z.object({ a: z.int().optional() }),
      /the document accepts/,
    ],
    ['a member more', z.object({ a: z.int() }), z.strictObject({ a: z.int() }), /the document rejects/],
    ['a pattern', z.string().regex(/^a+$/), z.string().regex(/^b+$/), /the document (?:accepts|rejects)/],
    ['a limit', z.int().max(10), z.int().max(11), /the document accepts \{"member":11\}/],
    ['an item', z.array(z.int()), z.array(z.string()), /the document (?:accepts|rejects)/],
    ['an option', z.union([z.int(), z.string()]), z.int(), /the document rejects/],
  ])('finds a difference in %s', (_, inContract, inDocument, line) => {
    const found = contractDifferences(withBody(inContract), other(inDocument));
    expect(found).toEqual([expect.stringMatching(line)]);
    expect(found[0]).toMatch(/^shop: sell: body: /);
  });

  it('finds differences in parameters and responses', () => {
    const parameter = contractDifferences(
      withQuery(z.string().max(3)),
      contractDocument(withQuery(z.string().max(2)), formats),
    );
    expect(parameter).toEqual([
      expect.stringMatching(/^shop: sell: query parameter member: the document rejects "\w{3}"/),
    ]);
    const response = contractDifferences(
      withResponse(z.int()),
      contractDocument(withResponse(z.int().max(9)), formats),
    );
    expect(response).toEqual([expect.stringMatching(/^shop: sell: response 200: the document rejects/)]);
  });

  it('finds a pattern without the flag u, which counts a character twice', () => {
    for (const [pattern, said] of [
      [/^.$/, 'accepts'],
      [/^..$/, 'rejects'],
    ] as const) {
      const contract = withBody(z.string().regex(pattern));
      expect(contractDifferences(contract, contractDocument(contract, formats))).toEqual([
        expect.stringContaining(`the document ${said} {"member":"😀"}`),
      ]);
    }
    const right = withBody(z.string().regex(/^.$/u));
    expect(contractDifferences(right, contractDocument(right, formats))).toEqual([]);
  });

  it('ignores values that only a refine rejects', () => {
    const contract = withBody(z.int().refine((value) => value % 2 === 0));
    expect(contractDifferences(contract, contractDocument(contract, formats))).toEqual([]);
  });

  it('finds no difference in random combinations of schemas', () => {
    const leaves = fc.constantFrom<z.ZodType>(
      z.string().max(3),
      z.string().regex(/^a/).endsWith('b'),
      z.int32(),
      z.number().gt(0.5),
      z.boolean(),
      z.null(),
      z.literal(['a', 1]),
      z.enum(['b', 'c']),
      z.json(),
      z.uuid(),
    );
    const { schema } = fc.letrec<{ schema: z.ZodType }>((tie) => ({
      schema: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        leaves,
        tie('schema').map((one) => z.array(one).max(2)),
        tie('schema').map((one) => one.nullable()),
        fc.tuple(tie('schema'), tie('schema')).map(([one, two]) => z.object({ one, two: two.optional() })),
        fc
          .tuple(tie('schema'), tie('schema'))
          .map(([one, two]) => z.strictObject({ one: one.exactOptional(), two })),
        fc.tuple(tie('schema'), tie('schema')).map(([one, two]) => z.tuple([one, two])),
        fc.tuple(tie('schema'), tie('schema')).map(([one, two]) => z.union([one, two])),
        tie('schema').map((one) => z.record(z.string().max(2), one)),
      ),
    }));
    fc.assert(
      fc.property(schema, (one) => {
        const contract = withBody(one);
        expect(contractDifferences(contract, contractDocument(contract, formats))).toEqual([]);
      }),
      { numRuns: 25, seed: 13 },
    );
  });
});

it('A header whose document differs from the service is reported', () => {
  const contract = contractOf({});
  const whole = contractDocument(contract, formats);
  expect(contractDifferences(contract, whole)).toEqual([]);
  const document = structuredClone(whole);
  const [key] = (document.paths?.['/sales']?.post?.parameters ?? []).filter(
    (one) => 'name' in one && one.name === 'Idempotency-Key',
  );
  Object.assign(key ?? {}, { schema: { type: 'string', pattern: '^[a-z]+$' } });
  expect(contractDifferences(contract, document)).toEqual([
    expect.stringMatching(/^shop: sell: header parameter Idempotency-Key: the document (?:rejects|accepts) /),
  ]);
});
