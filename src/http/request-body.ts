/** Whether a request has a body: when it says how long it is, or that it comes in chunks (RFC 9112 §6.3). */
import type { IncomingMessage } from 'node:http';

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
