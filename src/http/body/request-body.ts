/** Properties of a request body that need no parsing. */
import type { IncomingMessage } from 'node:http';

/** Whether a request has a body: it has a length, or is chunked (RFC 9112 §6.3). */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** Enough for an empty object with some blanks. */
const MAX_EMPTY_BYTES = 16;

/**
 * Whether a body is empty: it has no bytes, or is `{}`, which clients send to an action without input. Consumes the
 * body; of a body that is not empty only the beginning is read.
 */
export const isEmptyBody = (req: IncomingMessage): Promise<boolean> =>
  new Promise((resolve, reject) => {
    if (Number(req.headers['content-length'] ?? 0) > MAX_EMPTY_BYTES) return resolve(false);
    let text = '';
    const collect = (chunk: Buffer): void => {
      text += chunk.toString('latin1', 0, MAX_EMPTY_BYTES + 1);
      if (text.length <= MAX_EMPTY_BYTES) return;
      req.off('data', collect).pause();
      resolve(false);
    };
    req.on('data', collect);
    req.once('end', () => resolve(/^\s*(?:\{\s*\}\s*)?$/.test(text)));
    req.once('error', reject);
  });
