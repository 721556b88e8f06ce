/** Reads the complete body of a request, up to a limit. */
import type { IncomingMessage } from 'node:http';
import { Problem } from '../../contract/problem.ts';
import { badRequest, unsupportedMediaType } from '../../contract/problems.ts';
import { ChunkBuffer } from './chunk-buffer.ts';
import { CODINGS, decompress } from './decompress.ts';
import { contentTooLargeProblem } from './upload.ts';

/** @throws Problem content-too-large (413) where the declared length exceeds the limit, before a byte is read */
export const checkLength = ({ headers }: IncomingMessage, limit: number): void => {
  if (Number(headers['content-length'] ?? 0) > limit) throw contentTooLargeProblem(limit);
};

/** The complete body. Rejects with content-too-large (413), or when the client disconnects. */
export const collectBody = (req: IncomingMessage, limit: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    checkLength(req, limit);
    const buffer = new ChunkBuffer();
    const collect = (chunk: Buffer): void => {
      if (buffer.byteLength + chunk.length <= limit) {
        buffer.append(chunk);
        return;
      }
      // The rest is discarded, so that the client can read the response.
      req.off('data', collect).resume();
      reject(contentTooLargeProblem(limit));
    };
    req.on('data', collect);
    req.once('end', () => resolve(buffer.toBuffer()));
    req.once('error', reject);
  });

/**
 * The decompressed body.
 * @throws Problem unsupported-media-type (415) for an unknown coding (RFC 9110 §8.4), content-too-large (413) where
 * the result exceeds the limit, bad-request (400) where the bytes do not have the declared coding
 */
export async function decompressBody(
  { headers }: IncomingMessage,
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
  const decoded = await decompress(bytes, coding, limit).catch((cause) => {
    throw new Problem(badRequest, 'The body does not have the encoding that Content-Encoding names.', {
      cause,
    });
  });
  if (decoded === undefined) throw contentTooLargeProblem(limit);
  return decoded;
}
