/**
 * Requests that never become one: broken HTTP, a head that is too large, one that does not arrive in time. They
 * get a problem like all others, and the connection ends, because what follows on it cannot be trusted.
 *
 * Sends 400, 408, 431 (RFC 6585 §5).
 */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { PROBLEM_MEDIA_TYPE, Problem, type ProblemType } from '../contract/problem.ts';
import { badRequest, headersTooLarge, requestTimeout } from '../contract/problems.ts';
import { problemLinks } from './problem-links.ts';

const TYPES: ReadonlyMap<string, ProblemType> = new Map<string, ProblemType>([
  ['HPE_HEADER_OVERFLOW', headersTooLarge],
  ['ERR_HTTP_REQUEST_TIMEOUT', requestTimeout],
]);

export function refuseUnreadable(error: Error & { code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const type = TYPES.get(error.code ?? '') ?? badRequest;
  const problem = new Problem(type, type.meaning);
  const body = JSON.stringify({ ...problem.toJSON(), _links: problemLinks(problem) });
  const head = [
    `HTTP/1.1 ${type.status} ${STATUS_CODES[type.status]}`,
    `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
