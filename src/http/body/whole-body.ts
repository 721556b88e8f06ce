/** Reads the complete body of a request, up to a limit for it and a limit for all bodies that are held at once. */
import type { IncomingMessage } from 'node:http';
import type { Limits } from '../../config/limits.ts';
import { Problem } from '../../contract/problem.ts';
import { badRequest, unsupportedMediaType } from '../../contract/problems.ts';
import { ChunkBuffer } from './chunk-buffer.ts';
import { CODINGS, decompress } from './decompress.ts';
import { type HeldBody, tooManyBodiesProblem } from './held-bodies.ts';
import { contentTooLargeProblem } from './upload.ts';

export interface WholeBody {
  /** The bytes as they were sent. */
  readonly bytes: Buffer;
  /** The same without the coding of `Content-Encoding`. */
  readonly decoded: Buffer;
}

/** @throws Problem content-too-large (413) where the declared length exceeds the limit, before a byte is read */
export const checkLength = (req: IncomingMessage, limit: number): void => {
  if (declaredLength(req) > limit) throw contentTooLargeProblem(limit);
};

const declaredLength = ({ headers }: IncomingMessage): number => Number(headers['content-length'] ?? 0);

/**
 * Rejects with content-too-large (413), overloaded (503) where other bodies leave too little memory,
 * unsupported-media-type (415) for an unknown coding (RFC 9110 §8.4), bad-request (400) where the bytes do not have
 * the declared coding, or when the client disconnects. Where the response is sent before the body has arrived, the
 * promise never settles.
 */
export async function readWholeBody(
  req: IncomingMessage,
  held: HeldBody,
  limits: Pick<Limits, 'body' | 'bodies'>,
): Promise<WholeBody> {
  // A body that never fits is not refused as if it could be sent again later.
  const limit = Math.min(limits.body, limits.bodies);
  try {
    const bytes = await collect(req, held, limit);
    return { bytes, decoded: await decode(req, held, bytes, limit) };
  } catch (error) {
    held.release();
    throw error;
  }
}

const collect = (req: IncomingMessage, held: HeldBody, limit: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    checkLength(req, limit);
    if (declaredLength(req) > held.room) throw tooManyBodiesProblem();
    const buffer = new ChunkBuffer();
    const add = (chunk: Buffer): void => {
      const length = buffer.byteLength + chunk.length;
      if (held.isReleased) stop();
      else if (length > limit) stop(contentTooLargeProblem(limit));
      else if (!held.resize(length)) stop(tooManyBodiesProblem());
      else buffer.append(chunk);
    };
    const end = () => resolve(buffer.toBuffer());
    const stop = (problem?: Problem): void => {
      // The rest is discarded, so that the client can read the response.
      req.off('data', add).off('end', end).resume();
      if (problem) reject(problem);
    };
    req.on('data', add);
    req.once('end', end);
    req.once('error', reject);
  });

async function decode(
  { headers }: IncomingMessage,
  held: HeldBody,
  bytes: Buffer,
  limit: number,
): Promise<Buffer> {
  const coding = headers['content-encoding'] ?? 'identity';
  if (coding === 'identity') return bytes;
  if (!CODINGS.has(coding.trim().toLowerCase()))
    throw new Problem(unsupportedMediaType, 'The Content-Encoding of the body is not supported.', {
      extensions: { supported: [...CODINGS] },
      headers: { 'Accept-Encoding': [...CODINGS].join(', ') },
    });
  // The size is known only afterwards, so the largest possible size is counted until then.
  const most = Math.min(limit, held.room);
  if (most === 0) throw tooManyBodiesProblem();
  held.resize(bytes.length + most);
  const decoded = await decompress(bytes, coding, most).catch((cause) => {
    throw new Problem(badRequest, 'The body does not have the encoding that Content-Encoding names.', {
      cause,
    });
  });
  if (decoded === undefined) throw most < limit ? tooManyBodiesProblem() : contentTooLargeProblem(limit);
  held.resize(decoded === bytes ? bytes.length : bytes.length + decoded.length);
  return decoded;
}
