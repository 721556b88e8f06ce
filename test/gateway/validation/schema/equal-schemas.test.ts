/** Equal schemas are compiled once, and different schemas separately. */
import { afterEach, expect, it, jest } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Schemas } from '../../../../src/gateway/validation/schema/schemas.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

/** A reference to a schema, and that schema. */
const OF_ONE = 2;

/** The checks of the named schemas, and the number of compilations. */
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

it('Equal schemas are compiled once, including recursive ones', () => {
  const { checks, compiled } = checksOf({ A: list('A', 'integer'), B: list('B', 'integer') });
  for (const check of checks) {
    expect(check({ next: { value: 1 } })).toBe(true);
    expect(check({ next: { value: 'x' } })).toBe(false);
  }
  expect(compiled()).toBe(OF_ONE);
});

it('2,000 parameters with one schema are compiled once', () => {
  const named = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`S${i}`, { type: 'integer' }]));
  const { checks, compiled } = checksOf(named);
  expect(checks.every((check) => check(1) && !check('x'))).toBe(true);
  expect(compiled()).toBe(OF_ONE);
});

it('Schemas that only refer to the next one are skipped', () => {
  const refs = Array.from({ length: 100 }, (_, i) => [`S${i}`, { $ref: `#/components/schemas/S${i + 1}` }]);
  const { checks, compiled } = checksOf({ ...Object.fromEntries(refs), S100: { type: 'integer' } });
  expect([checks[0]?.(1), checks[0]?.('x')]).toEqual([true, false]);
  expect(compiled()).toBe(OF_ONE);
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
])('Schemas that differ %s are distinguished', (_, named, value, expected) => {
  const { checks } = checksOf(named);
  expect(checks.map((check) => check(value))).toEqual(expected);
});
