/** Takes the body of a request, never more of it than the limit. */
import type { IncomingMessage } from 'node:http';
import { type Readable, Transform } from 'node:stream';
import { Problem } from '../contract/problem.ts';
import { badRequest, contentTooLarge, unsupportedMediaType } from '../contract/problems.ts';
import { CODINGS, decode } from '../http/decode.ts';

/** RFC 9112 §6.3: a request has a body when it says how long it is, or that it comes in pieces. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

const tooLarge = (limit: number): Problem =>
  new Problem(contentTooLarge, `The body is larger than ${limit} bytes.`, { extensions: { limit } });

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

/**
 * Whether there is nothing in a body after all, as in one of no chunks (RFC 9112 §7.1). One that is not empty is read
 * and forgotten.
 */
export const isEmpty = (req: IncomingMessage): Promise<boolean> => {
  if (req.headers['content-length'] !== undefined) return Promise.resolve(false);
  return collectBody(req, 0).then(
    () => true,
    (error) => {
      if (error instanceof Problem) return false;
      throw error;
    },
  );
};

/** So much of a body has to be here before its service is called. */
const FIRST_BYTES = 65_536;

/**
 * All of a short body, and a longer one as it arrives, once its first part is here: until then it takes nobody's place
 * at the service, however slowly it comes.
 * @param waits whether the first part is waited for
 * @throws Problem content-too-large (413), as the stream does
 */
export const receiveBody = (
  req: IncomingMessage,
  limit: number,
  waits: boolean,
): Promise<Buffer | Readable> =>
  new Promise((resolve, reject) => {
    checkLength(req, limit);
    if (!waits) return resolve(streamBody(req, limit));
    const chunks: Buffer[] = [];
    let bytes = 0;
    const collect = (chunk: Buffer): void => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes <= Math.min(FIRST_BYTES, limit)) return;
      req.off('data', collect).off('end', end).off('error', reject);
      if (bytes > limit) {
        req.resume();
        reject(tooLarge(limit));
        return;
      }
      req.pause().unshift(Buffer.concat(chunks));
      resolve(streamBody(req, limit));
    };
    const end = () => resolve(Buffer.concat(chunks));
    req.on('data', collect).once('end', end).once('error', reject);
  });

/** As it arrives; the stream fails with content-too-large (413). */
const streamBody = (req: IncomingMessage, limit: number): Readable => {
  checkLength(req, limit);
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= limit) done(null, chunk);
      else done(tooLarge(limit));
    },
  });
  // Whoever reads it is told when it fails; where nobody does, that is no reason to end the process.
  counted.on('error', () => req.resume());
  req.once('close', () => {
    if (!req.complete) counted.destroy(new Error('The caller left.'));
  });
  return req.pipe(counted);
};
