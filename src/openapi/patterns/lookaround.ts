/**
 * Patterns that look around, as several that do not, where that is exactly the same: what stands at the beginning of a
 * text is known, and what stands at its end, so that `^(?!a)b$` is `^b$` and not `^(?:a)`.
 */

/** Takes a text where one of them holds in all its parts. */
export type Alternatives = readonly (readonly Part[])[];

interface Part {
  /** Without lookarounds, if it could be put so. */
  readonly source: string;
  /** Whether the text must not match. */
  readonly isNegative: boolean;
}

/** No pattern that a person wrote has more; each is another one to be matched. */
const MOST_PARTS = 50;
const MOST_CHARACTERS = 5000;

/** @returns undefined where there is too much to take apart */
export function withoutLookaround(source: string): Alternatives | undefined {
  if (source.length > MOST_CHARACTERS) return undefined;
  const found = alternativesOf(source).flatMap((one) =>
    one.startsWith('^') ? atStart(one.slice(1)) : anywhere(one),
  );
  return found.flat().length > MOST_PARTS ? undefined : found;
}

const positive = (source: string): Part => ({ source, isNegative: false });

/** Of what has to begin where the text does. */
function atStart(source: string): Part[][] {
  const [head, rest] = leading(source);
  const inner = wrapped(rest);
  const bodies = inner === undefined ? [ending(rest)] : atStartOfEach(inner);
  return bodies.map((parts) => [...head, ...parts]);

  function atStartOfEach({ body, end }: { body: string; end: string }): Part[][] {
    return alternativesOf(body).flatMap((one) => atStart(`${one}${end}`));
  }
}

function anywhere(source: string): Part[][] {
  const [rest, tail] = trailing(source);
  return [[positive(rest), ...tail]];
}

/** What no character may begin, as `((?!ab).)*$` has it; plain text, which is never found after the last character. */
const NOT_IN = /^\((?:\?:)?\(\?!([\w\s,;:@#%&=~<>/-]+)\)\.\)([*+])\$$/;

/** What is left once nothing at its beginning looks ahead. */
function ending(rest: string): Part[] {
  const [, text, repeated] = NOT_IN.exec(rest) ?? [];
  if (text !== undefined) return [positive(`^.${repeated}$`), { source: text, isNegative: true }];
  const [body, tail] = trailing(rest);
  return [positive(`^(?:${body})`), ...tail];
}

/** `(?=a)(?!b)` before anything else, each as a pattern of its own. */
function leading(source: string): [Part[], string] {
  const parts: Part[] = [];
  let rest = source;
  for (;;) {
    const [, mark] = /^\(\?([=!])/.exec(rest) ?? [];
    const end = mark === undefined ? -1 : closing(rest, 0);
    // What repeats one that looks ahead is no pattern that means anything.
    if (mark === undefined || end < 0 || /^[*+?{]/.test(rest.slice(end + 1))) return [parts, rest];
    parts.push({ source: `^(?:${rest.slice(3, end)})`, isNegative: mark === '!' });
    rest = rest.slice(end + 1);
  }
}

/** `(?<!a)$` after everything else. */
function trailing(source: string): [string, Part[]] {
  if (!source.endsWith(')$')) return [source, []];
  const start = groups(source).find(({ end }) => end === source.length - 2)?.start ?? -1;
  const [, mark] = /^\(\?<([=!])/.exec(source.slice(start)) ?? [];
  if (start < 0 || mark === undefined) return [source, []];
  const part = { source: `(?:${source.slice(start + 4, -2)})$`, isNegative: mark === '!' };
  return [`${source.slice(0, start)}$`, [part]];
}

/** The body of the one group that all of it is, and what ends it. */
function wrapped(source: string): { body: string; end: string } | undefined {
  const [, open = ''] = /^(\((?:\?:)?)(?!\?)/.exec(source) ?? [];
  if (open === '') return undefined;
  const end = closing(source, 0);
  const rest = source.slice(end + 1);
  if (end < 0 || !['', '$'].includes(rest)) return undefined;
  return { body: source.slice(open.length, end), end: rest };
}

const closing = (source: string, start: number): number =>
  groups(source).find((group) => group.start === start)?.end ?? -1;

function alternativesOf(source: string): string[] {
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

/** Every character that is neither escaped nor in a class, with the groups that it is in. */
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
