/**
 * Requests that never become one: broken HTTP, a head that is too large, one that does not arrive in time, CONNECT. They
 * get a problem like all others, and the connection ends, because what follows on it cannot be trusted. Where earlier
 * requests are being handled, their responses are sent first, and nothing more: a problem would stand in one of them, or
 * be taken for it.
 *
 * Sends 400, 405, 408, 431 (RFC 6585 §5).
 */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ProblemType } from '../../contract/problem.ts';
import { badRequest, headersTooLarge, methodNotAllowed, requestTimeout } from '../../contract/problems.ts';
import { rawProblem, sendRawProblem } from '../problems/raw-problem.ts';
import type { Connections } from './connections.ts';

const TYPES: ReadonlyMap<string, ProblemType> = new Map<string, ProblemType>([
  ['HPE_HEADER_OVERFLOW', headersTooLarge],
  ['ERR_HTTP_REQUEST_TIMEOUT', requestTimeout],
]);

/** Milliseconds in which the response has to be taken. */
const RESPONSE_TIMEOUT = 1_000;

/** Whether the connection itself has failed, so that no response would arrive. */
const isDisconnected = ({ code = '' }: { code?: string }): boolean =>
  ['ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(code);

export const handleClientError =
  (connections: Connections) =>
  (error: Error & { code?: string }, socket: Socket): void => {
    if (!socket.writable || isDisconnected(error)) {
      socket.destroy();
      return;
    }
    if (connections.markBroken(socket)) return;
    const type = TYPES.get(error.code ?? '') ?? badRequest;
    const unfinished = connections.unfinished(socket);
    if (unfinished === undefined) sendToSocket(socket, type);
    else if (unfinished.req.complete) {
      if (!unfinished.headersSent) unfinished.shouldKeepAlive = false;
      unfinished.once('close', () => socket.destroySoon());
    } else if (unfinished.headersSent || !unfinished.socket) socket.destroy();
    else sendRawProblem(unfinished, type, {}, 'The body of the request could not be read to its end.');
  };

/** A server that is no proxy has nothing to connect to (RFC 9110 §9.3.6). */
export const rejectConnect =
  (connections: Connections) =>
  (_req: unknown, socket: Socket): void => {
    connections.finishAfterConnect(socket);
    const unfinished = connections.unfinished(socket);
    if (unfinished === undefined)
      sendToSocket(socket, methodNotAllowed, { Allow: '' }, 'This server is no proxy.');
    else unfinished.once('close', () => socket.destroySoon());
  };

function sendToSocket(socket: Socket, ...problem: Parameters<typeof rawProblem>): void {
  const { status, headers, body } = rawProblem(...problem);
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...fields];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // A client that goes on sending, or has gone without a word, would keep it for ever.
  setTimeout(() => socket.destroy(), RESPONSE_TIMEOUT).unref();
}
