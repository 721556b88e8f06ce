/** Takes the body of a request that is read before it is acted on, never more of it than the limit. */
import type { IncomingMessage } from 'node:http';
import { Problem } from '../../contract/problem.ts';
import { badRequest, unsupportedMediaType } from '../../contract/problems.ts';
import { ChunkBuffer } from './chunk-buffer.ts';
import { CODINGS, decode } from './decode.ts';
import { contentTooLargeProblem } from './upload.ts';

/** @throws Problem content-too-large (413) before a byte is read, where the request says how long it is */
export const checkLength = ({ headers }: IncomingMessage, limit: number): void => {
  if (Number(headers['content-length'] ?? 0) > limit) throw contentTooLargeProblem(limit);
};

/** All of it; rejects with content-too-large (413), or when the caller leaves. */
export const collectBody = (req: IncomingMessage, limit: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    checkLength(req, limit);
    const buffer = new ChunkBuffer();
    const collect = (chunk: Buffer): void => {
      if (buffer.byteLength + chunk.length <= limit) {
        buffer.append(chunk);
        return;
      }
      // The rest is read and forgotten, so that the caller gets to read the answer.
      req.off('data', collect).resume();
      reject(contentTooLargeProblem(limit));
    };
    req.on('data', collect);
    req.once('end', () => resolve(buffer.toBuffer()));
    req.once('error', reject);
  });

/**
 * What was compressed, as it was before.
 * @throws Problem unsupported-media-type (415) for an unknown coding (RFC 9110 §8.4), content-too-large (413) where
 * it is larger than the limit, bad-request (400) where it is not what its coding says
 */
export async function decodeBody(
  { headers }: IncomingMessage,
  bytes: Buffer,
  limit: number,
): Promise<Buffer> {
  const coding = headers['content-encoding'] ?? 'identity';
  if (coding === 'identity') return bytes;
  if (!CODINGS.has(coding.trim().toLowerCase()))
    throw new Problem(unsupportedMediaType, `The body is encoded in a way that is not known here.`, {
      extensions: { supported: [...CODINGS] },
      headers: { 'Accept-Encoding': [...CODINGS].join(', ') },
    });
  const decoded = await decode(bytes, coding, limit).catch((cause) => {
    throw new Problem(badRequest, 'The body is not encoded as `Content-Encoding` says.', { cause });
  });
  if (decoded === undefined) throw contentTooLargeProblem(limit);
  return decoded;
}
