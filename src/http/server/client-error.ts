/**
 * Handles input that does not become a request: malformed HTTP, a head that is too large or too slow, CONNECT. It
 * gets a problem like any other request, and the connection is closed, because its further input cannot be trusted.
 * Where earlier requests are in progress, only their responses are sent: a problem would end up inside one of them,
 * or be taken for it.
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

/** Milliseconds in which the client has to read the response. */
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
    else sendRawProblem(unfinished, type, {}, 'The body of the request could not be read completely.');
  };

/** Refuses CONNECT: this server is not a proxy (RFC 9110 §9.3.6). */
export const rejectConnect =
  (connections: Connections) =>
  (_req: unknown, socket: Socket): void => {
    connections.finishAfterConnect(socket);
    const unfinished = connections.unfinished(socket);
    if (unfinished === undefined)
      sendToSocket(socket, methodNotAllowed, { Allow: '' }, 'This server is not a proxy.');
    else unfinished.once('close', () => socket.destroySoon());
  };

function sendToSocket(socket: Socket, ...problem: Parameters<typeof rawProblem>): void {
  const { status, headers, body } = rawProblem(...problem);
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...fields];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // A client that keeps sending, or has disappeared, would keep the socket open forever.
  setTimeout(() => socket.destroy(), RESPONSE_TIMEOUT).unref();
}
