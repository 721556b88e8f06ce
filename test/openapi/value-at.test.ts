import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { valueAt } from '../../src/openapi/value-at.ts';

it('A value is found at its pointer in any JSON, and nothing at other pointers', () => {
  const key = fc.string({ unit: fc.constantFrom('~', '/', '0', 'a'), maxLength: 2 });
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 4 }), fc.jsonValue(), (keys, value) => {
      const whole = keys.reduceRight<unknown>((inner, one) => Object.fromEntries([[one, inner]]), value);
      expect(valueAt(whole, keys)).toEqual(value);
      expect(valueAt(whole, [...keys.slice(0, -1), `${keys.at(-1)}-`])).toBeUndefined();
      expect(valueAt(whole, [])).toBe(whole);
    }),
  );
});

it('Inherited members are not found', () => {
  expect(valueAt({}, ['constructor'])).toBeUndefined();
  expect(valueAt([], ['map'])).toBeUndefined();
});
