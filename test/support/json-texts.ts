/** Random JSON texts in any spelling, and their meaning, so that two texts can be compared. */
import fc from 'fast-check';
import { anyText } from './any-text.ts';

const blank = fc.constantFrom('', '', '', ' ', '\n\t');

const digits = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(String);
const exponent = fc.integer({ min: -400, max: 400 });
const number = fc.oneof(
  fc.constantFrom('0', '-0', '-0.0', '1.10', '1e400', '-1E-400', '9007199254740993', '1.0', '10', '0e1'),
  digits,
  fc.integer().map(String),
  fc.tuple(digits, fc.stringMatching(/^\d{1,25}$/), exponent).map(([int, part, e]) => `${int}.${part}e${e}`),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
);

const escaped = (character: string): string =>
  [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('');

const text = fc.oneof(anyText, fc.constantFrom('\udc00', '\udc001:x', '<h1>', '\ud83d'));

/** Strings also have escapes where none are needed. */
const string = fc
  .tuple(text, fc.boolean())
  .map(([value, isEscaped]) =>
    isEscaped ? `"${[...value].map(escaped).join('')}"` : JSON.stringify(value).replaceAll('/', '\\/'),
  );

const name = fc.oneof(
  string,
  fc.constantFrom(
    '"1"',
    '"0"',
    '"\\u0031"',
    '"4294967294"',
    '"4294967295"',
    '"__proto__"',
    '"a"',
    '"b"',
    '"toString"',
  ),
);

const spaced = (parts: readonly string[], blanks: string): string => parts.join(`${blanks},`) + blanks;

const { value, object } = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('true', 'false', 'null', '{}', '[]'),
    number,
    string,
    fc.tuple(fc.array(tie('value'), { maxLength: 5 }), blank).map(([all, b]) => `[${b}${spaced(all, b)}]`),
    tie('object'),
  ),
  object: fc.tuple(fc.array(fc.tuple(name, blank, tie('value')), { maxLength: 6 }), blank).map(
    ([all, b]) =>
      `{${spaced(
        all.map(([key, c, member]) => `${key}${c}:${c}${member}`),
        b,
      )}}`,
  ),
}));

/** Any JSON. */
export const jsonText: fc.Arbitrary<string> = value;
/** An object. */
export const objectText: fc.Arbitrary<string> = object;

const TOKEN = /"(?:[^"\\]|\\.)*"|[^\s",:[\]{}]+|[,:[\]{}]/g;

/**
 * The normalized tokens of a text. Two texts with the same tokens have the same meaning, digit by digit and member
 * by member.
 */
export const meaning = (json: string): string =>
  (json.match(TOKEN) ?? [])
    .map((token) => (token.startsWith('"') ? JSON.stringify(JSON.parse(token)) : token))
    .join('');
