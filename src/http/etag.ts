/** Strong entity tags (RFC 9110 §8.8.3) from the bytes of a body, and what `If-None-Match` says of them (§13.1.2). */
import { createHash } from 'node:crypto';

export const etagOf = (bytes: string | Uint8Array): string =>
  `"${createHash('sha1').update(bytes).digest('base64url')}"`;

/** Weak comparison: `*`, or any tag of the list. */
export function noneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return true;
  if (header.trim() === '*') return false;
  return !header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
