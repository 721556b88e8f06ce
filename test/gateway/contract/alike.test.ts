/** Schemas that say the same are compiled once, and others by themselves. */
import { afterEach, expect, it, jest } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Schemas } from '../../../src/gateway/contract/schemas.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

/** Checks of the named schemas, and how many were compiled. */
function checksOf(named: Readonly<Record<string, unknown>>) {
  const compile = jest.spyOn(Ajv2020.prototype, 'compile');
  const schemas = new Schemas({ components: { schemas: named } }, () => {}, true);
  const checks = Object.keys(named).map((name) => {
    const pointer = `#/components/schemas/${name}`;
    return (value: unknown) => schemas.check({ $ref: pointer }, 'json', pointer)(value).length === 0;
  });
  return { checks, compiled: () => compile.mock.calls.length };
}

const list = (name: string, type: string) => ({
  type: 'object',
  properties: { next: { $ref: `#/components/schemas/${name}` }, value: { type } },
});

it('Equal schemas are compiled once, with those that refer to themselves', () => {
  const { checks, compiled } = checksOf({ A: list('A', 'integer'), B: list('B', 'integer') });
  for (const check of checks) {
    expect(check({ next: { value: 1 } })).toBe(true);
    expect(check({ next: { value: 'x' } })).toBe(false);
  }
  expect(compiled()).toBe(1);
});

it('2,000 parameters with one schema are compiled once', () => {
  const named = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`S${i}`, { type: 'integer' }]));
  const { checks, compiled } = checksOf(named);
  expect(checks.every((check) => check(1) && !check('x'))).toBe(true);
  expect(compiled()).toBe(1);
});

it('Schemas that only refer to the next are passed over', () => {
  const added = jest.spyOn(Ajv2020.prototype, 'addSchema');
  const refs = Array.from({ length: 100 }, (_, i) => [`S${i}`, { $ref: `#/components/schemas/S${i + 1}` }]);
  const { checks } = checksOf({ ...Object.fromEntries(refs), S100: { type: 'integer' } });
  const [check] = checks;
  added.mockClear();
  expect([check?.(1), check?.('x')]).toEqual([true, false]);
  expect(added.mock.calls.length).toBeLessThan(5);
});

const large = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`member${i}`, { type: 'string' }]));
it.each<[string, Record<string, unknown>, unknown, readonly boolean[]]>([
  [
    'in what they refer to',
    { A: list('C', 'integer'), B: list('D', 'integer'), C: list('C', 'integer'), D: list('D', 'string') },
    { next: { value: 'x' } },
    [false, true, false, true],
  ],
  [
    'in a number that JSON does not have',
    { A: { enum: [Number.POSITIVE_INFINITY] }, B: { enum: [null] } },
    null,
    [false, true],
  ],
  [
    'behind a long text',
    { A: { properties: large, minProperties: 2 }, B: { properties: large, minProperties: 1 } },
    { x: 1 },
    [false, true],
  ],
])('Schemas that differ %s are told apart', (_, named, value, expected) => {
  const { checks } = checksOf(named);
  expect(checks.map((check) => check(value))).toEqual(expected);
});
