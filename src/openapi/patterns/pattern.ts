/**
 * Matches `pattern` in time that grows linearly with the text. V8 handles patterns that are safe there; RE2, which
 * never backtracks, handles the others. A pattern that neither can match in linear time is not checked.
 */
import { RE2JS } from 're2js';
import { withoutLookaround } from './lookaround.ts';

interface Matcher {
  test(text: string): boolean;
  toString(): string;
  /** Whether the pattern is not checked, because no engine matches it in linear time. */
  readonly isUnchecked?: boolean;
}

/**
 * @param onCompiled called after the first match has compiled the pattern, which takes long for some patterns
 * @throws SyntaxError for an invalid regular expression (ECMA-262 §22.2)
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

/** Whether a pattern is not checked; false for an invalid pattern. */
export function isUnchecked(source: string): boolean {
  try {
    return createMatcher(source).isUnchecked === true;
  } catch {
    return false;
  }
}

/**
 * Compiles with the `u` flag, as JSON Schema requires (2020-12 §6.4), or without it for patterns that escape more
 * than the flag allows.
 */
function regExpOf(source: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch {
    return new RegExp(source);
  }
}

/** The highest repetition count that V8 handles here. */
const MAX_COUNT = 100;

/** Whether V8 needs linear time: anchored, at most one unbounded repetition, and no repeated group. */
const isLinear = (source: string): boolean =>
  source.startsWith('^') &&
  !source.includes('|') &&
  // Lookaround and backreferences.
  !/\(\?[^:]|\\[1-9k]/.test(source) &&
  !/\)[*+?{]/.test(source) &&
  (source.match(/[*+?]|\{\d*,/g) ?? []).length <= 1 &&
  numbersOf(source, /\{(\d+)\}/g).every((count) => count <= MAX_COUNT);

/** The most alternations of a bounded pattern. */
const MAX_CHOICES = 3;

/** Whether V8 ends soon: anchored and without repetition. Backreferences are allowed. */
const isBounded = (source: string): boolean =>
  source.startsWith('^') && !/[*+{]|[^(]\?/.test(source) && (source.match(/\|/g) ?? []).length <= MAX_CHOICES;

const numbersOf = (source: string, pattern: RegExp): number[] =>
  [...source.matchAll(pattern)].map(([, count]) => Number(count));

type Test = (text: string) => boolean;

/** The approximate size of the largest RE2 program. */
const MAX_SIZE = 30_000;
/** Instructions times characters that take a short time, for a small and for a large program. */
const MAX_STEPS = { small: 10_000_000, large: 1_000_000 };
const SMALL_PROGRAM = 50;

/** @returns undefined where RE2 cannot match the pattern, or only with a very large program */
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

/** Compiles a pattern with lookaround as several patterns without it. */
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

/** A lookahead may contain lookaheads, but the inner pattern is shorter. */
function compileNestedPart(part: string): Test | undefined {
  const body = /^\^\(\?:(.*)\)$/s.exec(part)?.[1];
  return body !== undefined && /^\(\?[=!]/.test(body) ? compileParts(`^${body}`) : undefined;
}

/** The matcher in the form that ajv expects. */
export const linearTimePattern = Object.assign(
  (source: string, onCompiled?: () => void) => createMatcher(source, onCompiled),
  {
    code: 'linearTime',
  },
);
