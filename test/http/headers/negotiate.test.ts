import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { acceptedMediaTypes, negotiate, prefersHtml } from '../../../src/http/headers/negotiate.ts';

describe('Preference for HTML', () => {
  it.each([
    ['text/html', true],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
    ['text/html;q=0.5, application/json', false],
    ['application/json;q=0.9, text/html', true],
    ['application/json, text/html', false],
    ['application/json;q=0.2, text/html;q=0.3', true],
    ['application/json;q=0.3, text/html;q=0.2', false],
    ['text/html;q=0, */*', false],
    ['*/*', false],
    ['', false],
    [undefined, false],
  ])('Accept: %s prefers HTML: %p', (accept, isPage) => {
    expect(prefersHtml(accept)).toBe(isPage);
  });
});

it('The available type of the highest weight is selected, and of equal ones the first in Accept', () => {
  const types = ['application/json', 'text/html', 'application/hal+json'] as const;
  const weights = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(weights, fc.shuffledSubarray([...types]), (given, available) => {
      fc.pre(available.length > 0);
      const weightOf = (type: string) => given[types.indexOf(type as (typeof types)[number])] ?? 0;
      const accept = types.map((type) => `${type};q=${(weightOf(type) / 1000).toFixed(3)}`).join(', ');
      const best = Math.max(...available.map(weightOf));
      if (best === 0) expect(() => negotiate(accept, available)).toThrow(/no representation that matches/);
      else expect(weightOf(negotiate(accept, available))).toBe(best);
    }),
  );
  expect(acceptedMediaTypes('b/b;q=0.5, a/a;q=0.9, c/c;q=0.9')).toEqual(['a/a', 'c/c', 'b/b']);
});
