/** JSON of requests: invalid text is refused, and all other text is read. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isUtf8Charset, JsonError, readJson } from '../../src/codecs/read-json.ts';
import { defaultLimits } from '../../src/config/limits.ts';

const faultOf = (text: string, limits = {}): string => {
  try {
    readJson(text, { ...defaultLimits, ...limits });
  } catch (error) {
    if (error instanceof JsonError) return error.message;
    throw error;
  }
  throw new Error('it was taken');
};

const nested = (levels: number, open = '[', close = ']') => open.repeat(levels) + close.repeat(levels);

describe('JSON of a request', () => {
  it('Any JSON is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 10 }), (text) => {
        expect(readJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('Member names with a meaning in JavaScript are accepted', () => {
    const text = '{"__proto__":{"a":1},"constructor":1,"":2,"1":3,"01":4,"a:b":5,"a\\"":6,"\\\\":7}';
    expect(JSON.stringify(readJson(text))).toBe(JSON.stringify(JSON.parse(text)));
  });

  it('A duplicate member is refused at any place and in any spelling', () => {
    const object = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1 });
    const around = fc.constantFrom(
      (text: string) => text,
      (text: string) => `[1,${text}]`,
      (text: string) => `{"around":[{"it":${text}}],"\\"":":"}`,
    );
    fc.assert(
      fc.property(object, around, fc.boolean(), (value, wrap, isEscaped) => {
        const [name] = Object.keys(value) as [string];
        const again = isEscaped
          ? `"${[...Array(name.length).keys()].map((at) => `\\u${name.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`
          : JSON.stringify(name);
        const text = wrap(`${JSON.stringify(value).slice(0, -1)} , ${again} : null}`);
        expect(faultOf(text)).toMatch(
          /^has the member ".*" twice, at position \d+$|^has the member ".{98,99} twice/s,
        );
        expect(readJson(text, { ...defaultLimits, duplicateMembers: 'pass' })).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    [
      'of which the first is an object with a member of the same name',
      '{"a":{"a":1},"a":2}',
      '"a" twice, at position 13',
    ],
    [
      'of which the first is dropped with all that is in it',
      '{"a":{"b":1,"c":2},"a":{"b":1}}',
      '"a" twice, at position 19',
    ],
    ['in an object within an array', '[{},{"x":[],"x":[]}]', '"x" twice, at position 12'],
  ])('The duplicate member is named: %s', (_name, text, expected) => {
    expect(faultOf(text)).toContain(expected);
  });

  it.each([
    ['arrays', nested(101), nested(100)],
    ['objects', `${'{"a":'.repeat(101)}1${'}'.repeat(101)}`, `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`],
    ['both', '[{"a":'.repeat(51), `${'[{"a":'.repeat(50)}1${'}]'.repeat(50)}`],
  ])('Nesting is limited for %s', (_name, tooDeep, deep) => {
    expect(faultOf(tooDeep)).toBe('is nested more than 100 levels deep');
    expect(() => readJson(deep)).not.toThrow();
  });

  it('Brackets in strings do not count as levels', () => {
    expect(readJson(JSON.stringify('['.repeat(500)))).toHaveLength(500);
    expect(readJson(`["\\"${'{'.repeat(500)}"]`)).toHaveLength(1);
  });

  it.each(['', '{', '{"a"}', '"', '"\\', '[1,]', '{"a":1,"a":2', 'nul'])(
    'Malformed JSON is refused: %j',
    (text) => {
      expect(faultOf(text)).toMatch(/^is not well-formed JSON/);
    },
  );

  it.each(['[', '{"a":', '[{"a":'])('A million levels of %s are refused quickly', (open) => {
    const before = process.cpuUsage();
    expect(faultOf(open.repeat(1_000_000))).toMatch(/levels deep/);
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(1_000_000);
  });
});

describe('Charset of JSON', () => {
  it.each([
    ['application/json', true],
    ['application/json; charset=UTF-8', true],
    ['application/json; charset=us-ascii', true],
    ['application/json; charset=iso-8859-1', false],
    ['application/json; charset=utf-16', false],
  ])('The charset of %s is accepted: %s', (contentType, isAccepted) => {
    expect(isUtf8Charset(contentType)).toBe(isAccepted);
  });
});
