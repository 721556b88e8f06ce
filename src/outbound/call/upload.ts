/** The body of a request as undici sends it. */

import type { Readable } from 'node:stream';
import { firstValue } from '../../http/headers/raw-headers.ts';

/** A longer buffer is sent in pieces of this size. */
const PIECE = 65_536;

/**
 * A connection on which the response came before all of the body was sent cannot be used again: the rest of the body
 * would go before the next request. undici knows that of a body that it sends piece by piece, and not of a buffer.
 * @param headers gets the length that a buffer would have told
 */
export function uploadOf(
  body: Buffer | Readable | null | undefined,
  headers: string[],
): Buffer | Readable | null {
  if (!Buffer.isBuffer(body) || body.length <= PIECE) return body ?? null;
  if (firstValue(headers, 'content-length') === undefined)
    headers.push('Content-Length', String(body.length));
  return piecesOf(body) as unknown as Readable;
}

function* piecesOf(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += PIECE) yield body.subarray(at, at + PIECE);
}
