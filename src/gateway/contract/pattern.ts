/**
 * How `pattern` is matched: in time that grows with the text, whatever the pattern is. What V8 does in such time is
 * left to it; the rest is for an engine that never goes back (RE2).
 */
import { RE2JS } from 're2js';

interface Matcher {
  test(text: string): boolean;
  toString(): string;
}

/** A longer text is not held against a pattern that only an engine that goes back can match, such as one that looks ahead. */
const MOST_CHARACTERS = 500;

/** @throws SyntaxError for what is no regular expression (ECMA-262 §22.2) */
function matcherOf(source: string): Matcher {
  const own = regExpOf(source);
  if (isLinear(source)) return own;
  try {
    const linear = RE2JS.compile(RE2JS.translateRegExp(source));
    return { test: (text) => linear.matcher(text).find(), toString: () => String(own) };
  } catch {
    return { test: (text) => text.length > MOST_CHARACTERS || own.test(text), toString: () => String(own) };
  }
}

/** With the `u` flag, as JSON Schema has it (2020-12 §6.4), but for those who escape more than that allows. */
function regExpOf(source: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch {
    return new RegExp(source);
  }
}

/** Tried at one place, with one way to go on: at most one repetition without an end, and no group repeated. */
const isLinear = (source: string): boolean =>
  source.startsWith('^') &&
  !source.includes('|') &&
  !/\)[*+?{]/.test(source) &&
  (source.match(/[*+?]|\{\d*,/g) ?? []).length <= 1;

/** As ajv wants it. */
export const linearTime = Object.assign((source: string) => matcherOf(source), { code: 'linearTime' });
