/**
 * JSON Pointers (RFC 6901): tokens ⇄ text, plain (`/paths/~1orders`) and as a URI fragment (`#/paths/~1orders`). Pointers
 * come from documents of others, so none of these functions throws, whatever the text is.
 */
import { JSONPointer } from 'json-p3';

/** The tokens of a plain pointer (RFC 6901 §4). What stands before the first slash is ignored. */
export function pointerTokens(pointer: string): string[] {
  const start = pointer.indexOf('/');
  if (start < 0) return [];
  // Most pointers have no escape, and a large document has very many of them.
  return pointer.includes('~') ? new JSONPointer(pointer.slice(start)).tokens : pointer.split('/').slice(1);
}

/** Tokens as a plain pointer (RFC 6901 §3). */
export const plainPointer = (tokens: readonly PropertyKey[]): string =>
  JSONPointer.encode(tokens.map(String));

/** The tokens of a URI fragment, with or without its `#` (RFC 6901 §6). */
export const fragmentTokens = (fragment: string): string[] => pointerTokens(percentDecoded(fragment));

/** Tokens as a pointer in its URI fragment form (RFC 6901 §6), `#` included. */
export const fragmentPointer = (tokens: readonly PropertyKey[]): string =>
  `#${tokens.map((token) => `/${fragmentToken(token)}`).join('')}`;

/** Most names of a document need no escape either. */
const PLAIN = /^[\w.-]*$/;

/** One token as it stands in a URI fragment; lone surrogates, which no URI can have, become U+FFFD. */
export function fragmentToken(token: PropertyKey): string {
  const text = String(token);
  return PLAIN.test(text) ? text : encodeURIComponent(plainPointer([text.toWellFormed()]).slice(1));
}

/** Percent-encoding that is broken is taken literally, and all around it is decoded. */
export function percentDecoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replaceAll(/(?:%[\da-f]{2})+/gi, (run) => {
      try {
        return decodeURIComponent(run);
      } catch {
        return run;
      }
    });
  }
}
