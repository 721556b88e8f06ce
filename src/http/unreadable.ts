/**
 * Requests that never become one: broken HTTP, a head that is too large, one that does not arrive in time. They
 * get a problem like all others, and the connection ends, because what follows on it cannot be trusted.
 *
 * Sends 400, 408, 431 (RFC 6585 §5).
 */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ProblemType } from '../contract/problem.ts';
import { badRequest, headersTooLarge, requestTimeout } from '../contract/problems.ts';
import { bareProblem } from './bare-problem.ts';

const TYPES: ReadonlyMap<string, ProblemType> = new Map<string, ProblemType>([
  ['HPE_HEADER_OVERFLOW', headersTooLarge],
  ['ERR_HTTP_REQUEST_TIMEOUT', requestTimeout],
]);

/** Milliseconds in which the answer has to be taken. */
const LAST_WORDS = 1_000;

export function refuseUnreadable(error: Error & { code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const type = TYPES.get(error.code ?? '') ?? badRequest;
  const { status, headers, body } = bareProblem(type);
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...fields];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // Whoever goes on sending, or has gone without a word, would keep it for ever.
  setTimeout(() => socket.destroy(), LAST_WORDS).unref();
}
