import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  eachHeader,
  fieldOf,
  firstValue,
  headersOf,
  namesIn,
  only,
  replaceValues,
  valuesOf,
  withoutHeaders,
  withValues,
} from '../../../src/http/headers/raw-headers.ts';

const RAW = ['Accept', 'a', 'ETag', '"1"', 'accept', 'b', 'Cookie', 'x=1', 'cookie', 'y=2', 'Empty', ''];

describe('Raw headers', () => {
  it('are visited in their order, by name in lower case, and as it is written', () => {
    const seen: string[][] = [];
    eachHeader(RAW, (name, value, written) => seen.push([name, value, written]));
    expect(seen).toEqual([
      ['accept', 'a', 'Accept'],
      ['etag', '"1"', 'ETag'],
      ['accept', 'b', 'accept'],
      ['cookie', 'x=1', 'Cookie'],
      ['cookie', 'y=2', 'cookie'],
      ['empty', '', 'Empty'],
    ]);
  });

  it('have names, whatever their case', () => {
    expect([...namesIn(RAW)]).toEqual(['accept', 'etag', 'cookie', 'empty']);
  });

  it('have a first value, all values and one value of a name', () => {
    expect([firstValue(RAW, 'accept'), valuesOf(RAW, 'accept'), fieldOf(RAW, 'accept')]).toEqual([
      'a',
      ['a', 'b'],
      'a, b',
    ]);
    expect([firstValue(RAW, 'empty'), valuesOf(RAW, 'empty'), fieldOf(RAW, 'empty')]).toEqual(['', [''], '']);
    expect([firstValue(RAW, 'a'), valuesOf(RAW, 'a'), fieldOf(RAW, 'a')]).toEqual([undefined, [], undefined]);
  });

  it('become an object without a prototype, in which lines of cookies are joined as cookies are', () => {
    const headers = headersOf([...RAW, '__proto__', 'p']);
    expect(Object.getPrototypeOf(headers)).toBeNull();
    expect(Object.entries(headers)).toEqual([
      ['accept', 'a, b'],
      ['etag', '"1"'],
      ['cookie', 'x=1; y=2'],
      ['empty', ''],
      ['__proto__', 'p'],
    ]);
  });

  it('can be left out by name, whatever a value is', () => {
    expect(withoutHeaders(['A', 'b', 'B', 'a'], new Set(['a']))).toEqual(['B', 'a']);
    expect(only(RAW, (name) => name === 'etag')).toEqual(['ETag', '"1"']);
  });

  it('get other values under the names that they have, or are left out', () => {
    const made = withValues(RAW, (name, value) => (name === 'cookie' ? undefined : `${value}!`));
    expect(made).toEqual(['Accept', 'a!', 'ETag', '"1"!', 'accept', 'b!', 'Empty', '!']);
  });

  it('change in place on every line of a name, and nowhere else', () => {
    const raw = ['A', 'b', 'B', 'a', 'a', 'c'];
    replaceValues(raw, 'a', (value) => value.toUpperCase());
    expect(raw).toEqual(['A', 'B', 'B', 'a', 'a', 'C']);
  });

  it('are the same in each of these ways, whatever they are', () => {
    const name = fc.constantFrom('A', 'a', 'B', 'b', 'Ab');
    const value = fc.constantFrom('', 'a', 'b', 'ab');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
        const raw = pairs.flat();
        expect(withValues(raw, (_, one) => one)).toEqual(raw);
        expect(only(raw, () => true)).toEqual(raw);
        for (const one of ['a', 'b', 'ab']) {
          const values = pairs.filter(([key]) => key.toLowerCase() === one).map(([, found]) => found);
          expect(valuesOf(raw, one)).toEqual(values);
          expect(firstValue(raw, one)).toBe(values[0]);
          expect(fieldOf(raw, one)).toBe(values.length === 0 ? undefined : values.join(', '));
          expect(headersOf(raw)[one]).toBe(fieldOf(raw, one));
          expect(namesIn(raw).has(one)).toBe(values.length > 0);
          expect(valuesOf(withoutHeaders(raw, new Set([one])), one)).toEqual([]);
        }
      }),
    );
  });
});
