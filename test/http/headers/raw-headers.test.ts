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
  it('Headers are visited in order, with the name in lower case and in its original spelling', () => {
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

  it('Names are compared without case', () => {
    expect([...namesIn(RAW)]).toEqual(['accept', 'etag', 'cookie', 'empty']);
  });

  it('The first value, all values and the joined value of a name can be read', () => {
    expect([firstValue(RAW, 'accept'), valuesOf(RAW, 'accept'), fieldOf(RAW, 'accept')]).toEqual([
      'a',
      ['a', 'b'],
      'a, b',
    ]);
    expect([firstValue(RAW, 'empty'), valuesOf(RAW, 'empty'), fieldOf(RAW, 'empty')]).toEqual(['', [''], '']);
    expect([firstValue(RAW, 'a'), valuesOf(RAW, 'a'), fieldOf(RAW, 'a')]).toEqual([undefined, [], undefined]);
  });

  it('The headers become an object without a prototype, in which cookies are joined with semicolons', () => {
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

  it('Headers are removed by name and never by value', () => {
    expect(withoutHeaders(['A', 'b', 'B', 'a'], new Set(['a']))).toEqual(['B', 'a']);
    expect(only(RAW, (name) => name === 'etag')).toEqual(['ETag', '"1"']);
  });

  it('Values are changed under their original names, or removed', () => {
    const made = withValues(RAW, (name, value) => (name === 'cookie' ? undefined : `${value}!`));
    expect(made).toEqual(['Accept', 'a!', 'ETag', '"1"!', 'accept', 'b!', 'Empty', '!']);
  });

  it('Every line of one name is changed in place, and no other', () => {
    const raw = ['A', 'b', 'B', 'a', 'a', 'c'];
    replaceValues(raw, 'a', (value) => value.toUpperCase());
    expect(raw).toEqual(['A', 'B', 'B', 'a', 'a', 'C']);
  });

  it('All functions agree for any headers', () => {
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
