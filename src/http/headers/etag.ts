/**
 * Strong entity tags (RFC 9110 §8.8.3) and what `If-None-Match` and `If-Match` say of them (§13.1).
 *
 * The tag of a resource has two parts, `"state.representation"`: the first names the state, the second how it is
 * written. So a tag from any format can be held against the state as it is now, and still no two that
 * differ in a byte share one.
 */
import { hash } from 'node:crypto';

const digest = (bytes: string | Uint8Array): string => hash('sha1', bytes, 'base64url');

/** @param state as `stateTag` names it; without it the tag is of no state: a page, a resource with embeds */
export const etagOf = (bytes: string | Uint8Array, state?: string): string =>
  state === undefined ? `"${digest(bytes)}"` : `"${state}.${digest(bytes)}"`;

/** @param state as its schema parses it, which puts members into one order */
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

/** Whether `If-None-Match` lets the body be sent: weak comparison. */
export function passesIfNoneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return true;
  const { any, all } = parseTags(header);
  return !any && !all.includes(etag.replace(/^W\//, ''));
}

/** Whether `If-Match` lets a representation pass: strong comparison. */
export function passesIfMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return true;
  const { any, strong } = parseTags(header);
  return any || strong.includes(etag);
}

/** Whether a header names the state that a resource is in, in whatever representation: strong comparison. */
export function matchesState(header: string, state: string): boolean {
  const { any, strong } = parseTags(header);
  return any || strong.some((tag) => tag.startsWith(`"${state}.`));
}
