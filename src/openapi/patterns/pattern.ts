/**
 * How `pattern` is matched: in time that grows with the text, whatever the pattern is. What V8 does in such time is
 * left to it; the rest is for an engine that never goes back (RE2), and what that cannot match is not checked.
 */
import { RE2JS } from 're2js';
import { withoutLookaround } from './lookaround.ts';

interface Matcher {
  test(text: string): boolean;
  toString(): string;
  /** Whether it takes every text, since no engine matches it in such time. */
  readonly isUnchecked?: boolean;
}

/**
 * @param onCompiled called once the pattern is compiled, which is when it is matched first: that takes long for some
 * @throws SyntaxError for what is no regular expression (ECMA-262 §22.2)
 */
function createMatcher(source: string, onCompiled: () => void = () => {}): Matcher {
  const native = regExpOf(source);
  if (isLinear(source) || isBounded(source)) return native;
  let compiled: { readonly test: Test | undefined } | undefined;
  const testOf = (): Test | undefined => {
    if (compiled) return compiled.test;
    compiled = { test: compileRe2(source) ?? compileParts(source) };
    onCompiled();
    return compiled.test;
  };
  return {
    test: (text) => testOf()?.(text) ?? true,
    toString: () => String(native),
    get isUnchecked() {
      return testOf() === undefined;
    },
  };
}

/** Whether `pattern` is one that is not checked; false for what is none. */
export function isUnchecked(source: string): boolean {
  try {
    return createMatcher(source).isUnchecked === true;
  } catch {
    return false;
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

/** What is repeated so often by its number is longer than it looks. */
const MAX_COUNT = 100;

/** Tried at one place, with one way to go on: at most one repetition without an end, and no group repeated. */
const isLinear = (source: string): boolean =>
  source.startsWith('^') &&
  !source.includes('|') &&
  // Looks around, or refers to what was found.
  !/\(\?[^:]|\\[1-9k]/.test(source) &&
  !/\)[*+?{]/.test(source) &&
  (source.match(/[*+?]|\{\d*,/g) ?? []).length <= 1 &&
  numbersOf(source, /\{(\d+)\}/g).every((count) => count <= MAX_COUNT);

/** No more ways than this to go through all of it, whatever the text is. */
const MAX_CHOICES = 3;

/** Tried at one place, and nothing in it is repeated, so that it ends soon; it may refer to what it has found. */
const isBounded = (source: string): boolean =>
  source.startsWith('^') && !/[*+{]|[^(]\?/.test(source) && (source.match(/\|/g) ?? []).length <= MAX_CHOICES;

const numbersOf = (source: string, pattern: RegExp): number[] =>
  [...source.matchAll(pattern)].map(([, count]) => Number(count));

type Test = (text: string) => boolean;

/** Instructions that a pattern may come to, about. */
const MAX_SIZE = 30_000;
/** Instructions times characters that are looked at in less than a moment, in a small program and in a large one. */
const MAX_STEPS = { small: 10_000_000, large: 1_000_000 };
const SMALL_PROGRAM = 50;

/** @returns undefined for what RE2 has no way to match, or only a very long one */
function compileRe2(source: string): Test | undefined {
  const maxCount = Math.max(1, ...numbersOf(source, /\{\d*,?(\d*)\}/g), ...numbersOf(source, /\{(\d+)/g));
  if (source.length * maxCount > MAX_SIZE) return undefined;
  try {
    const program = RE2JS.compile(RE2JS.translateRegExp(source));
    const size = program.programSize();
    const longest = (size > SMALL_PROGRAM ? MAX_STEPS.large : MAX_STEPS.small) / size;
    return (text) => text.length > longest || program.test(text);
  } catch {
    return undefined;
  }
}

/** One that looks around, as those that it can be put together from. */
function compileParts(source: string): Test | undefined {
  const alternatives = withoutLookaround(source)?.map((parts) =>
    parts.map(({ source: part, isNegative }) => ({
      isNegative,
      test: compileRe2(part) ?? compileNestedPart(part),
    })),
  );
  if (!alternatives?.flat().every(({ test }) => test !== undefined)) return undefined;
  return (text) =>
    alternatives.some((parts) => parts.every(({ test, isNegative }) => test?.(text) !== isNegative));
}

/** What is within one that looks ahead may look ahead itself, but is shorter. */
function compileNestedPart(part: string): Test | undefined {
  const body = /^\^\(\?:(.*)\)$/s.exec(part)?.[1];
  return body !== undefined && /^\(\?[=!]/.test(body) ? compileParts(`^${body}`) : undefined;
}

/** As ajv wants it. */
export const linearTimePattern = Object.assign(
  (source: string, onCompiled?: () => void) => createMatcher(source, onCompiled),
  {
    code: 'linearTime',
  },
);
