/**
 * Parses JSON of a request (RFC 8259) within limits. Depth is measured before recursive code sees the value. An
 * object with a duplicate member is refused (§4): linkway would validate the last one, and a service might read the
 * first.
 */
import { parse } from 'content-type';
import { defaultLimits, type JsonLimits } from '../config/limits.ts';

/** The reason why a text is refused. Its message can be shown to the client. */
export class JsonError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'JsonFault';
  }
}

const [QUOTE, COLON, ARRAY, ARRAY_END, BACKSLASH, OBJECT, OBJECT_END] = [
  0x22, 0x3a, 0x5b, 0x5d, 0x5c, 0x7b, 0x7d,
];

/** JSON is UTF-8 (RFC 8259 §8.1), of which ASCII is a subset. */
export const isUtf8Charset = (contentType: string): boolean =>
  ['utf-8', 'utf8', 'us-ascii'].includes((parse(contentType).parameters.charset ?? 'utf-8').toLowerCase());

/** @throws JsonError for text that is malformed, nested too deeply, or has a duplicate member */
export function readJson(text: string, { depth, duplicateMembers }: JsonLimits = defaultLimits): unknown {
  const members = countMembers(text, depth);
  const value = parseText(text);
  if (duplicateMembers === 'reject' && members !== memberCount(value)) throw duplicateMemberError(text);
  return value;
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The message of V8 may quote the body.
    const position = /position \d+( \(line \d+ column \d+\))?/.exec((error as Error).message)?.[0];
    throw new JsonError(`is not well-formed JSON${position ? `, at ${position}` : ''}`);
  }
}

/**
 * Counts the members in a text, duplicates included. The number has no meaning for text that is not JSON.
 * @throws JsonError where the nesting exceeds the limit
 */
function countMembers(text: string, maxDepth: number): number {
  let members = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case COLON:
        members += 1;
        break;
      case ARRAY:
      case OBJECT:
        depth += 1;
        if (depth > maxDepth) throw new JsonError(`is nested more than ${maxDepth} levels deep`);
        break;
      case ARRAY_END:
      case OBJECT_END:
        depth -= 1;
        break;
    }
  }
  return members;
}

/** The index of the end of the string that starts at `start`; the end of the text for an unterminated string. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  return text.length;
}

/** Counts the members of a value. There are fewer than in its text where one of them is a duplicate. */
function memberCount(value: unknown): number {
  let members = 0;
  const open: unknown[] = [value];
  while (open.length > 0) {
    const current = open.pop();
    if (typeof current !== 'object' || current === null) continue;
    if (!Array.isArray(current)) members += Object.keys(current).length;
    for (const inner of Object.values(current))
      if (typeof inner === 'object' && inner !== null) open.push(inner);
  }
  return members;
}

const MAX_SHOWN_NAME = 100;

/** Finds the duplicate member of a text that has one. */
function duplicateMemberError(text: string): JsonError {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case OBJECT:
        open.push(new Set());
        break;
      case ARRAY:
        open.push(undefined);
        break;
      case ARRAY_END:
      case OBJECT_END:
        open.pop();
        break;
      case QUOTE: {
        const end = endOfString(text, at);
        if (isName(text, end)) {
          const name: string = JSON.parse(text.slice(at, end + 1));
          const names = open.at(-1);
          if (names?.has(name))
            return new JsonError(
              `has the member ${JSON.stringify(name).slice(0, MAX_SHOWN_NAME)} twice, at position ${at}`,
            );
          names?.add(name);
        }
        at = end;
      }
    }
  }
  return new JsonError('has a member twice');
}

/** Whether the string that ends at `end` is the name of a member. */
function isName(text: string, end: number): boolean {
  let at = end + 1;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  return text.charCodeAt(at) === COLON;
}
