import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ageOf, directivesOf, secondsOf } from '../../../src/http/headers/cache-control.ts';

describe('Cache-Control (RFC 9111 §5.2)', () => {
  it.each<[string, Record<string, string>]>([
    ['no-store', { 'no-store': '' }],
    ['No-Store, MAX-AGE=60', { 'no-store': '', 'max-age': '60' }],
    ['max-age = 60', { 'max-age': '60' }],
    ['max-age="60"', { 'max-age': '60' }],
    ['private="a, no-store"', { private: 'a, no-store' }],
    ['private="a\\"b", no-cache', { private: 'a"b', 'no-cache': '' }],
    ['foo="max-age=60", bar=max-age', { foo: 'max-age=60', bar: 'max-age' }],
    ['max-age=1, max-age=60', { 'max-age': '1' }],
    [', ,no-cache,,', { 'no-cache': '' }],
    ['', {}],
  ])('%j is parsed to the directives %j', (value, directives) => {
    expect(Object.fromEntries(directivesOf(value))).toEqual(directives);
  });

  it.each<[string, number | undefined]>([
    ['max-age=60', 60],
    ['max-age=99999999999999999999', 31_536_000],
    ['max-age=', 0],
    ['max-age', 0],
    ['max-age=-1', 0],
    ['max-age=1.5', 0],
    ['max-age=1e3', 0],
    ['max-age=0x10', 0],
    ['s-maxage=60', undefined],
  ])('%j has a max-age of %p seconds', (value, seconds) => {
    expect(secondsOf(directivesOf(value), 'max-age')).toBe(seconds);
  });

  it('Any text is parsed without an exception', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const seconds = secondsOf(directivesOf(value), 'max-age') ?? 0;
        expect(seconds >= 0 && seconds <= 31_536_000).toBe(true);
      }),
    );
  });
});

describe('Age (RFC 9111 §5.1)', () => {
  it.each<[string | undefined, number]>([
    ['7200', 7200],
    [' 7200 ', 7200],
    ['7200, 0', 7200],
    ['0, 7200', 0],
    ['99999999999999999999', 2_147_483_648],
    ['7200.0', 0],
    ['-7200', 0],
    ['+7200', 0],
    ['7200;a=b', 0],
    ['7 200', 0],
    ['"7200"', 0],
    ['0x10', 0],
    ['1e3', 0],
    ['abc, 7200', 0],
    ['', 0],
    [undefined, 0],
  ])('%j is an age of %d seconds', (value, seconds) => {
    expect(ageOf(value)).toBe(seconds);
  });
});
