/**
 * JSON of a request (RFC 8259), read within bounds. Depth is measured before anything recursive sees the value. An object
 * that has a member twice is refused (§4): what is checked here is the last one, and a service may take the first.
 */
import { parse } from 'content-type';
import { defaultLimits, type JsonLimits } from '../config/limits.ts';

/** Why a text is not taken; the message can be shown to the client. */
export class JsonError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'JsonFault';
  }
}

const [QUOTE, COLON, ARRAY, ARRAY_END, BACKSLASH, OBJECT, OBJECT_END] = [
  0x22, 0x3a, 0x5b, 0x5d, 0x5c, 0x7b, 0x7d,
];

/** JSON is UTF-8, whatever it says (RFC 8259 §8.1), and ASCII is that too. */
export const isUtf8Charset = (contentType: string): boolean =>
  ['utf-8', 'utf8', 'us-ascii'].includes((parse(contentType).parameters.charset ?? 'utf-8').toLowerCase());

/** @throws JsonFault for what is malformed, is nested too deeply, or has a member twice */
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
    // V8's message may quote the body.
    const position = /position \d+( \(line \d+ column \d+\))?/.exec((error as Error).message)?.[0];
    throw new JsonError(`is not well-formed JSON${position ? `, at ${position}` : ''}`);
  }
}

/**
 * Members that a text names, each as often as it is there. The number means nothing where the text is no JSON.
 * @throws JsonFault where it is nested more deeply than the limit
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

/** Where the string that begins at `start` ends; the end of the text where it does not. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  return text.length;
}

/** Members that a value has: fewer than its text names where one of them was named twice. */
function memberCount(value: unknown): number {
  let members = 0;
  const open: unknown[] = [value];
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one !== 'object' || one === null) continue;
    if (!Array.isArray(one)) members += Object.keys(one).length;
    for (const inner of Object.values(one)) if (typeof inner === 'object' && inner !== null) open.push(inner);
  }
  return members;
}

const MAX_SHOWN_NAME = 100;

/** Which member it is, of a text that is known to have one. */
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

/** Whether the string that ends there is the name of a member. */
function isName(text: string, end: number): boolean {
  let at = end + 1;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  return text.charCodeAt(at) === COLON;
}
