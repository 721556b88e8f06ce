import { describe, expect, it } from '@jest/globals';
import { linearTime } from '../../../src/gateway/contract/pattern.ts';

describe('a pattern', () => {
  it.each([
    ['^[A-Z]{2}$', 'DE', 'de'],
    ['^[a-z0-9]+(-[a-z0-9]+)*$', 'a-slug-1', 'a--slug'],
    ['\\d', 'a1', 'a'],
    ['^\\p{L}+$', 'Éva', 'Éva1'],
    ['^(?!admin$).+$', 'ada', 'admin'],
    ['^(a|b)\\1$', 'aa', 'ab'],
    ['^\\u0041\\/\\-?x$', 'A/x', 'B/x'],
    ['^[\\w.+-]+@[\\w-]+\\.[\\w.-]+$', 'ada@example.com', 'ada'],
    ['^\\u0041+\\d*\\/$', 'AA1/', 'B1/'],
    // More is escaped than the u flag allows.
    ['^\\-\\_$', '-_', '_'],
  ])('%s takes %j and not %j', (pattern, good, bad) => {
    const matcher = linearTime(pattern);
    expect([matcher.test(good), matcher.test(bad)]).toEqual([true, false]);
  });

  it.each(['^(a+)+$', '^(a|a)*$', 'a*a*a*b$', '(?:a+b?)+c', '^(([a-z])+.)+[A-Z]([a-z])+$'])(
    '%s ends with a text that is made to keep it busy',
    (pattern) => {
      expect(linearTime(pattern).test(`${'a'.repeat(50_000)}!`)).toBe(false);
    },
  );

  it('says which it is, so that two are not taken for one', () => {
    expect(String(linearTime('a+b+'))).not.toBe(String(linearTime('a+c+')));
  });

  it('is refused where it is none', () => {
    expect(() => linearTime('(')).toThrow(SyntaxError);
  });
});
