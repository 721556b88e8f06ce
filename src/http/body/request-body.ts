/** What is known of the body of a request without taking it apart. */
import type { IncomingMessage } from 'node:http';

/** When it says how long it is, or that it comes in chunks (RFC 9112 §6.3). */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** An object without members, with some blanks. */
const MAX_EMPTY_BYTES = 16;

/**
 * Whether a body says nothing: it has no bytes, or is `{}`, which clients send to an action that takes no input. Takes
 * the body; of one that says something no more is read.
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
