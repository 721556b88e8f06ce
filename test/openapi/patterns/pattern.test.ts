import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isUnchecked, linearTimePattern } from '../../../src/openapi/patterns/pattern.ts';

/** Patterns from real documents. */
const LOOKING = [
  '^(?!-)([a-z0-9]+-?)+$',
  '^(?!admin$).+$',
  '^(?=.*[A-Z])(?=.*\\d).{8,}$',
  '^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])(?=.*[!-])[A-Za-z0-9!-]+$',
  '^((?!admin).+)$',
  '^[a-z-]+(?<!-)$',
  '^(?!\\s*$).+',
  '^(?!.*\\.\\.)[a-z.]+(?<!\\.)$',
  '^(?:(?!a)b|(?=c)c+)$',
  '^(?=(?!a)[a-z])\\w+$',
  '^(?!a|b)c|^d$',
  '(?<!-)$',
  '^(?=a*$)a*b?$',
  '^(?!(?:aa|b)+$)\\w*$',
  '^(?!.*--)(?!.*-$)[a-z0-9][a-z0-9-]*$',
  '^(?=.{1,253}$)(([a-z0-9]+)(-[a-z0-9]+)*\\.?)+$',
  '^((?!foo).)*$',
  '^(?:(?!ab).)+$',
  '^(?!(?:0+|1+)$)[01]+$',
  '^(?!.*(?:a+)+b$)[ab]*$',
  '^(?!xn--)[^.]+(?:\\.[^.]+)*$',
  '^([a-z]+)+(?<!aa)$',
  '^(?=[^a]*a)(a|b|ab)*$',
  '^(a|b)\\1$',
];

const UNCHECKED = [
  '(?!a)b',
  '\\bfoo(?=bar)',
  '^(a+)+$(?!b)',
  '^[^\\s](?!.*[ ]{2}).*$',
  '^([a-z]+)-\\1$',
  '^(a*)\\1$',
  '^(?:a(?!c)|b)*$',
  '(?<=a+)b',
  `^(?:${'(?!a)'.repeat(60)}b+)$`,
  '(?:[a-z]{1,500}){500}(?:[a-z]{1,500}){500}',
  '^(\\w+)\\s\\1(?:\\s\\1)*$',
];

const TEXTS = [
  '',
  'a',
  'b',
  'c',
  'd',
  'bb',
  'aa',
  'ab',
  'aab',
  'aaaa',
  'cc',
  'abab',
  'admin',
  'administrator',
  'ada',
  '01',
  '000',
  '11',
  '-',
  '-a',
  'a-',
  'a-b',
  'a--b',
  '.',
  'a.',
  'a..b',
  'a.b',
  ' ',
  '  ',
  'a b',
  'a  b',
  '!',
  'a!',
  'xn--a.b',
  'a\nb',
  'Passw0rd',
  'password',
  'PASSW0RD',
  'Passw0rd-!',
  'foobar',
  'foo',
  'xfoox',
  'fo',
  'abc',
  'zab',
  'b1',
  'aab!',
];

/** Patterns that make a backtracking engine slow. */
const BUSY = ['a', 'a-', 'ab', ' ', '1', 'aA1-', 'foo'].flatMap((text) =>
  ['', '!', '-', '\n'].map((end) => text.repeat(Math.ceil(499 / text.length)).slice(0, 499) + end),
);

describe('A pattern', () => {
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
    // The pattern escapes more than the u flag allows.
    ['^\\-\\_$', '-_', '_'],
  ])('%s matches %j and not %j', (pattern, good, bad) => {
    const matcher = linearTimePattern(pattern);
    expect([matcher.test(good), matcher.test(bad)]).toEqual([true, false]);
  });

  it.each(['^(a+)+$', '^(a|a)*$', 'a*a*a*b$', '(?:a+b?)+c', '^(([a-z])+.)+[A-Z]([a-z])+$'])(
    '%s ends with a text that is made to keep it busy',
    (pattern) => {
      expect(linearTimePattern(pattern).test(`${'a'.repeat(50_000)}!`)).toBe(false);
    },
  );

  it('has its source as text, so that patterns are distinguished', () => {
    expect(String(linearTimePattern('a+b+'))).not.toBe(String(linearTimePattern('a+c+')));
  });

  it('is rejected if it is invalid', () => {
    expect(() => linearTimePattern('(')).toThrow(SyntaxError);
  });

  it.each(LOOKING)('%s has the same result as V8, and ends soon for every text', (pattern) => {
    const [matcher, own] = [linearTimePattern(pattern), new RegExp(pattern, 'u')];
    expect(isUnchecked(pattern)).toBe(false);
    expect(TEXTS.filter((text) => matcher.test(text) !== own.test(text))).toEqual([]);
    const before = process.cpuUsage();
    for (const text of BUSY) matcher.test(text);
    expect(cpuSince(before)).toBeLessThan(1000);
  });

  it.each(UNCHECKED)(
    '%s is not checked, since nothing matches it in time that grows with the text',
    (pattern) => {
      expect(isUnchecked(pattern)).toBe(true);
      const before = process.cpuUsage();
      for (const text of BUSY) expect(linearTimePattern(pattern).test(text)).toBe(true);
      expect(cpuSince(before)).toBeLessThan(1000);
    },
  );

  it('is split exactly, whatever it is composed of', () => {
    const atom = fc.constantFrom('a', 'b', '-', '[ab]', '.', 'ab', 'a*', '-?', '(?:a|b)', '(a|-)+', '\\w');
    const body = fc.array(atom, { maxLength: 3 }).map((parts) => parts.join(''));
    const ahead = fc.tuple(fc.constantFrom('(?=', '(?!'), body, fc.constantFrom('', '$'));
    const aheads = fc
      .array(ahead, { maxLength: 2 })
      .map((all) => all.map(([open, inner, end]) => `${open}${inner}${end})`).join(''));
    const behind = fc.option(
      fc.tuple(fc.constantFrom('(?<=', '(?<!'), fc.constantFrom('a', '-', 'ab', '[b-]')),
    );
    const one = fc.tuple(aheads, body, behind, fc.boolean()).map(([head, rest, tail, isGroup]) => {
      const inner = `${head}${rest}`;
      return `^${isGroup ? `(${inner})` : inner}${tail ? `${tail.join('')})` : ''}$`;
    });
    const pattern = fc.array(one, { minLength: 1, maxLength: 2 }).map((all) => all.join('|'));
    const text = fc.array(fc.constantFrom('a', 'b', '-', '!'), { maxLength: 6 }).map((all) => all.join(''));
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 5, maxLength: 10 }), (source, texts) => {
        if (isUnchecked(source)) return;
        const own = new RegExp(source, 'u');
        const matcher = linearTimePattern(source);
        for (const one of texts)
          expect([source, one, matcher.test(one)]).toEqual([source, one, own.test(one)]);
      }),
      { numRuns: 500 },
    );
  });
});

const cpuSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};
