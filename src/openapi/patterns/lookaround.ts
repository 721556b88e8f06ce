/**
 * Splits a pattern with lookaround into patterns without it, where the result is exactly equivalent: at the start
 * and at the end of a text, as `^(?!a)b$` becomes `^b$` and not `^(?:a)`.
 */

/** A text matches if all parts of one alternative match. */
export type PatternAlternatives = readonly (readonly PatternPart[])[];

interface PatternPart {
  /** The pattern, without lookaround where that was possible. */
  readonly source: string;
  /** Whether the text must not match. */
  readonly isNegative: boolean;
}

/** Limits of the splitting. Hand-written patterns stay below, and each part is another pattern to match. */
const MAX_PARTS = 50;
const MAX_CHARACTERS = 5000;

/** @returns undefined for a pattern that is too large */
export function withoutLookaround(source: string): PatternAlternatives | undefined {
  if (source.length > MAX_CHARACTERS) return undefined;
  const found = splitAlternatives(source).flatMap((one) =>
    one.startsWith('^') ? splitAnchored(one.slice(1)) : splitUnanchored(one),
  );
  return found.flat().length > MAX_PARTS ? undefined : found;
}

const positive = (source: string): PatternPart => ({ source, isNegative: false });

/** Splits a pattern that is anchored at the start of the text. */
function splitAnchored(source: string): PatternPart[][] {
  const [head, rest] = takeLookaheads(source);
  const inner = unwrapGroup(rest);
  const bodies = inner === undefined ? [splitRest(rest)] : atStartOfEach(inner);
  return bodies.map((parts) => [...head, ...parts]);

  function atStartOfEach({ body, end }: { body: string; end: string }): PatternPart[][] {
    return splitAlternatives(body).flatMap((one) => splitAnchored(`${one}${end}`));
  }
}

function splitUnanchored(source: string): PatternPart[][] {
  const [rest, tail] = takeLookbehind(source);
  return [[positive(rest), ...tail]];
}

/**
 * A text that must not occur anywhere, as in `((?!ab).)*$`. Only plain text, which is never found after the last
 * character.
 */
const TEMPERED_DOT = /^\((?:\?:)?\(\?!([\w\s,;:@#%&=~<>/-]+)\)\.\)([*+])\$$/;

/** Splits the rest after all leading lookaheads. */
function splitRest(rest: string): PatternPart[] {
  const [, text, repeated] = TEMPERED_DOT.exec(rest) ?? [];
  if (text !== undefined) return [positive(`^.${repeated}$`), { source: text, isNegative: true }];
  const [body, tail] = takeLookbehind(rest);
  return [positive(`^(?:${body})`), ...tail];
}

/** Takes leading lookaheads such as `(?=a)(?!b)`, each as a separate pattern. */
function takeLookaheads(source: string): [PatternPart[], string] {
  const parts: PatternPart[] = [];
  let rest = source;
  for (;;) {
    const [, mark] = /^\(\?([=!])/.exec(rest) ?? [];
    const end = mark === undefined ? -1 : closingParenthesis(rest, 0);
    // A quantified lookahead has no useful meaning.
    if (mark === undefined || end < 0 || /^[*+?{]/.test(rest.slice(end + 1))) return [parts, rest];
    parts.push({ source: `^(?:${rest.slice(3, end)})`, isNegative: mark === '!' });
    rest = rest.slice(end + 1);
  }
}

/** Takes a trailing lookbehind such as `(?<!a)$`. */
function takeLookbehind(source: string): [string, PatternPart[]] {
  if (!source.endsWith(')$')) return [source, []];
  const start = groups(source).find(({ end }) => end === source.length - 2)?.start ?? -1;
  const [, mark] = /^\(\?<([=!])/.exec(source.slice(start)) ?? [];
  if (start < 0 || mark === undefined) return [source, []];
  const part = { source: `(?:${source.slice(start + 4, -2)})$`, isNegative: mark === '!' };
  return [`${source.slice(0, start)}$`, [part]];
}

/** The body of a group that spans the whole pattern, and an end anchor after it. */
function unwrapGroup(source: string): { body: string; end: string } | undefined {
  const [, open = ''] = /^(\((?:\?:)?)(?!\?)/.exec(source) ?? [];
  if (open === '') return undefined;
  const end = closingParenthesis(source, 0);
  const rest = source.slice(end + 1);
  if (end < 0 || !['', '$'].includes(rest)) return undefined;
  return { body: source.slice(open.length, end), end: rest };
}

const closingParenthesis = (source: string, start: number): number =>
  groups(source).find((group) => group.start === start)?.end ?? -1;

function splitAlternatives(source: string): string[] {
  const found: string[] = [];
  let start = 0;
  scan(source, (character, at, depth) => {
    if (character !== '|' || depth > 0) return;
    found.push(source.slice(start, at));
    start = at + 1;
  });
  return [...found, source.slice(start)];
}

function groups(source: string): { start: number; end: number }[] {
  const open: number[] = [];
  const found: { start: number; end: number }[] = [];
  scan(source, (character, at) => {
    if (character === '(') open.push(at);
    else if (character === ')') found.push({ start: open.pop() ?? -1, end: at });
  });
  return found;
}

/** Visits every character that is neither escaped nor in a class, with its group depth. */
function scan(source: string, visit: (character: string, at: number, depth: number) => void): void {
  let [depth, isClass] = [0, false];
  for (let at = 0; at < source.length; at++) {
    const character = source[at] as string;
    if (character === '\\') at++;
    else if (isClass) isClass = character !== ']';
    else if (character === '[') isClass = true;
    else {
      if (character === ')') depth--;
      visit(character, at, depth);
      if (character === '(') depth++;
    }
  }
}
