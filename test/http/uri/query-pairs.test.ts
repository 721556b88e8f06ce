import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { changeQuery, withoutParameters } from '../../../src/http/uri/query-pairs.ts';

describe('Parameters of a query', () => {
  it.each([
    ['/a', '/a'],
    ['/a?', '/a?'],
    ['/a?key=1', '/a'],
    ['/a?key', '/a'],
    ['/a?b=1&key=2&c=3', '/a?b=1&c=3'],
    ['/a?k%65y=1&b=%31', '/a?b=%31'],
    ['/a?b=key&Key=1', '/a?b=key&Key=1'],
    ['/a?key=1&key=2&&b', '/a?&b'],
  ])('The parameter key is removed from %s', (target, expected) => {
    expect(withoutParameters(target, new Set(['key']))).toBe(expected);
  });

  it('Other parameters keep their spelling and their order', () => {
    const pairs = fc.array(
      fc.tuple(fc.stringMatching(/^[a-z%+]{0,4}$/), fc.stringMatching(/^[a-z%=+]{0,4}$/)),
    );
    fc.assert(
      fc.property(pairs, (all) => {
        const target = `/a?${all.map(([name, value]) => `${name}=${value}`).join('&')}`;
        expect(changeQuery(target, (pair) => pair)).toBe(target);
      }),
    );
  });
});
