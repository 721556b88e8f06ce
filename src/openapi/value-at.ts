/** The value at the tokens of a JSON Pointer (RFC 6901 §4). */
import { isRawNumber, memberKey } from '../codecs/exact-json.ts';

/** Reads own members only, so that an empty object has no `constructor`. */
export function valueAt(value: unknown, tokens: readonly string[]): unknown {
  let at = value;
  for (const token of tokens) {
    if (typeof at !== 'object' || at === null || isRawNumber(at)) return undefined;
    const key = memberKey(at, token);
    if (key === undefined) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}
