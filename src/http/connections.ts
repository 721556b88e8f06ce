/**
 * The connections of a server, and how they end. From `drain` on each answer says that it is the last of its connection
 * (`Connection: close`, RFC 9112 §9.6): who keeps connections alive opens the next one elsewhere, and nothing is sent
 * into one that is being closed. `end` is for what did not finish in time: 503 where nothing is sent yet, the end of an
 * event stream, and a cut for any other body, which must not look whole.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { shuttingDown } from '../contract/problems.ts';
import { sendBareProblem } from './bare-problem.ts';
import { isEventStream } from './event-stream.ts';

/** Seconds; by then a balancer asks another one. */
const RETRY_AFTER = { 'Retry-After': '1' };

export class Connections {
  /** The latest answer of each; there is none before the first request. */
  readonly #answers = new Map<Socket, ServerResponse | undefined>();
  #isDraining = false;

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#answers.set(socket, undefined);
      socket.once('close', () => this.#answers.delete(socket));
    });
  }

  /** A request has come. */
  begin(req: IncomingMessage, res: ServerResponse): void {
    this.#answers.set(req.socket, res);
    if (this.#isDraining) res.shouldKeepAlive = false;
  }

  drain(): void {
    this.#isDraining = true;
    for (const res of this.#answers.values()) if (res && !res.headersSent) res.shouldKeepAlive = false;
  }

  end(): void {
    for (const [socket, res] of this.#answers) {
      if (res === undefined || res.writableFinished) socket.destroy();
      else if (!res.headersSent) sendBareProblem(res, shuttingDown, RETRY_AFTER);
      else if (isEventStream(res)) res.end();
      else res.destroy();
    }
  }
}
