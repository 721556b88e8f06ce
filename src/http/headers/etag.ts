/**
 * Strong entity tags (RFC 9110 §8.8.3) and the conditions `If-None-Match` and `If-Match` (§13.1).
 *
 * The tag of a resource has two parts, `"state.representation"`: the first identifies the state, the second its
 * bytes. A tag of any format can therefore be compared with the current state, and representations that differ in
 * one byte have different tags.
 */
import { hash } from 'node:crypto';

const digest = (bytes: string | Uint8Array): string => hash('sha1', bytes, 'base64url');

/**
 * @param state the tag of the state; omit it where the bytes do not stand for one state: a page, a resource with
 * embeds
 */
export const etagOf = (bytes: string | Uint8Array, state?: string): string =>
  state === undefined ? `"${digest(bytes)}"` : `"${state}.${digest(bytes)}"`;

/** @param state as parsed by its schema, which brings members into one order */
export const stateTag = (state: unknown): string => digest(JSON.stringify(state));

interface EntityTagList {
  readonly any: boolean;
  readonly strong: readonly string[];
  readonly all: readonly string[];
}

function parseTags(header: string): EntityTagList {
  const tags = [...header.matchAll(/(W\/)?("[^"]*")/g)];
  return {
    any: header.trim() === '*',
    strong: tags.filter(([, weak]) => weak === undefined).map(([, , tag = '']) => tag),
    all: tags.map(([, , tag = '']) => tag),
  };
}

/** Whether the body has to be sent despite `If-None-Match` (weak comparison). */
export function passesIfNoneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return true;
  const { any, all } = parseTags(header);
  return !any && !all.includes(etag.replace(/^W\//, ''));
}

/** Whether a representation matches `If-Match` (strong comparison). */
export function passesIfMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return true;
  const { any, strong } = parseTags(header);
  return any || strong.includes(etag);
}

/** Whether a header contains a tag of this state, in any representation (strong comparison). */
export function matchesState(header: string, state: string): boolean {
  const { any, strong } = parseTags(header);
  return any || strong.some((tag) => tag.startsWith(`"${state}.`));
}
