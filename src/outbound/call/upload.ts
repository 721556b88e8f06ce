/** The body of a request as undici sends it. */
import type { Readable } from 'node:stream';
import { firstValue } from '../../http/headers/raw-headers.ts';

/** A longer buffer is sent in chunks of this size. */
const CHUNK_BYTES = 65_536;

/**
 * Splits a long buffer into chunks. A connection whose response came before the whole body was sent must not be reused,
 * as the rest of the body would precede the next request. undici detects that for a chunked body only, not for a buffer.
 * @param headers gets the `Content-Length` that undici would have added for a buffer
 */
export function toUpload(
  body: Buffer | Readable | null | undefined,
  headers: string[],
): Buffer | Readable | null {
  if (!Buffer.isBuffer(body) || body.length <= CHUNK_BYTES) return body ?? null;
  if (firstValue(headers, 'content-length') === undefined)
    headers.push('Content-Length', String(body.length));
  return chunksOf(body) as unknown as Readable;
}

function* chunksOf(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += CHUNK_BYTES) yield body.subarray(at, at + CHUNK_BYTES);
}
