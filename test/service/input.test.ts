import { describe, expect, it } from '@jest/globals';
import { operation } from '../../src/contract/operation.ts';
import type { Problem } from '../../src/contract/problem.ts';
import { z } from '../../src/contract/schema.ts';
import { inputParser } from '../../src/service/input.ts';

const responses = { 200: { description: 'ok', body: z.object({}) } };
const LIMITS = { body: 1024, depth: 10 };

const rate = operation({
  operationId: 'rate',
  method: 'post',
  path: '/dishes/{dishId}',
  summary: 'Rate a dish',
  params: z.object({ dishId: z.string().max(3) }),
  query: z.object({
    limit: z.coerce.number().int().max(100).default(20),
    tag: z.array(z.string()).optional(),
    sort: z
      .array(z.string())
      .openapi({ param: { explode: false } })
      .optional(),
    name: z.string().optional(),
  }),
  body: z.strictObject({ stars: z.int(), 'a/b': z.strictObject({ 'c~d': z.string() }).optional() }),
  responses,
});
const parse = inputParser(rate, LIMITS);
const raw = (query = '', body: unknown = { stars: 5 }, dishId = 'd1') => ({
  params: { dishId },
  query: new URLSearchParams(query),
  body,
});
const faultsOf = (given: ReturnType<typeof raw>) => {
  try {
    parse(given);
  } catch (error) {
    const { status, type, extensions } = error as Problem;
    expect([status, type.code]).toEqual([400, 'validation-failed']);
    return (extensions as { errors: { in: string; pointer: string; detail: string }[] }).errors;
  }
  throw new Error('should have been refused');
};

describe('Input of an operation', () => {
  it.each<[string, Record<string, unknown>]>([
    ['', { limit: 20 }],
    ['limit=7', { limit: 7 }],
    ['name=a,b', { limit: 20, name: 'a,b' }],
    ['tag=a', { limit: 20, tag: ['a'] }],
    ['tag=a,b&tag=c', { limit: 20, tag: ['a,b', 'c'] }],
    ['sort=a,b', { limit: 20, sort: ['a', 'b'] }],
    ['sort=a&sort=b,c', { limit: 20, sort: ['a', 'b', 'c'] }],
  ])('The query ?%s is parsed', (query, expected) => {
    expect(parse(raw(query))).toEqual({ params: { dishId: 'd1' }, query: expected, body: { stars: 5 } });
  });

  it('An unknown member whose name contains a lone surrogate is refused with a valid pointer', () => {
    const body = JSON.parse('{ "stars": 5, "\\ud800": 1 }') as object;
    expect(faultsOf(raw('', body))).toMatchObject([{ in: 'body', pointer: '#/%EF%BF%BD' }]);
  });

  it('A refusal lists every fault of every part with its pointer', () => {
    const body = { stars: 'many', more: 1, 'a/b': { 'c~d': 1, 'e/f': 1 } };
    const faults = faultsOf(raw('limit=101&colour=red&size=1', body, 'long'));
    expect(faults.map(({ in: part, pointer }) => `${part} ${pointer}`).toSorted()).toEqual([
      'body #/a~1b/c~0d',
      'body #/a~1b/e~1f',
      'body #/more',
      'body #/stars',
      'path #/dishId',
      'query #/colour',
      'query #/limit',
      'query #/size',
    ]);
    for (const { detail } of faults) expect(detail).toMatch(/\w/);
    const unknown = faults.filter(({ pointer }) => /colour|size|more|e~1f/.test(pointer));
    expect(new Set(unknown.map(({ detail }) => detail))).toEqual(
      new Set(['The contract has no such member.']),
    );
  });

  it.each(['name=a&name=b', 'limit=1&limit=2'])(
    'A repeated parameter that is not a list is refused: ?%s',
    (query) => {
      expect(faultsOf(raw(query))).toMatchObject([{ in: 'query' }]);
    },
  );

  it('Members outside of the contract are not passed to the handler', () => {
    const look = operation({ operationId: 'look', method: 'get', path: '/', summary: 'Look', responses });
    const nothing = { params: {}, query: new URLSearchParams(), body: { any: 'thing' } };
    expect(inputParser(look, LIMITS)(nothing)).toEqual({ params: {}, query: {}, body: undefined });
    expect(() => inputParser(look, LIMITS)({ ...nothing, query: new URLSearchParams('x=1') })).toThrow();
  });
});
