/** Takes the body of a request, never more of it than the limit. */
import type { IncomingMessage } from 'node:http';
import { Problem } from '../contract/problem.ts';
import { badRequest, unsupportedMediaType } from '../contract/problems.ts';
import { CODINGS, decode } from '../http/decode.ts';
import { tooLarge, Upload } from '../http/upload.ts';

/** @throws Problem content-too-large (413) before a byte is read, where the request says how long it is */
const checkLength = ({ headers }: IncomingMessage, limit: number): void => {
  if (Number(headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
};

/** All of it; rejects with content-too-large (413), or when the caller leaves. */
export const collectBody = (req: IncomingMessage, limit: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    checkLength(req, limit);
    const chunks: Buffer[] = [];
    let bytes = 0;
    const collect = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes <= limit) {
        chunks.push(chunk);
        return;
      }
      // The rest is read and forgotten, so that the caller gets to read the answer.
      req.off('data', collect).resume();
      reject(tooLarge(limit));
    };
    req.on('data', collect);
    req.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    req.once('error', reject);
  });

/**
 * What was compressed, as it was before.
 * @throws Problem unsupported-media-type (415) for an unknown coding (RFC 9110 §8.4), content-too-large (413) where
 * it is larger than the limit, bad-request (400) where it is not what its coding says
 */
export async function decodedBody(
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
  if (decoded === undefined) throw tooLarge(limit);
  return decoded;
}

/** As it arrives; the stream fails with content-too-large (413). */
export const streamBody = (req: IncomingMessage, limit: number): Upload => {
  checkLength(req, limit);
  const upload = new Upload(limit);
  // A consumer is told when it fails; where there is none, that is no reason to end the process.
  upload.on('error', () => req.resume());
  req.once('close', () => {
    if (!req.complete) upload.destroy(new Error('The client left.'));
  });
  return req.pipe(upload);
};
