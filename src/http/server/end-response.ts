/** Ends what is still in progress when the process stops, on connections of either version of HTTP. */
import type { ServerResponse } from 'node:http';
import { shuttingDown } from '../../contract/problems.ts';
import { isEventStream } from '../event-stream.ts';
import { sendRawProblem } from '../problems/raw-problem.ts';

/** In seconds. By then a load balancer has chosen another instance. */
export const RETRY_AFTER = { 'Retry-After': '1' };

/** A connection that carries several requests at once (HTTP/2), and ends them itself. */
export interface Session {
  readonly isIdle: boolean;
  /** Tells the client that no further requests should come on this connection. */
  drain(): void;
  /** Ends the connection when its requests have ended. New ones are not accepted any more. */
  close(): void;
  /** Ends the requests in progress, and then the connection. */
  end(): void;
  /** Ends the requests whose client has read nothing for `reader` milliseconds. */
  closeUnread(now: number, reader: number): void;
}

/**
 * Sends 503 where nothing has been sent yet, ends event streams, and cuts any other body, which must not look
 * complete.
 */
export function endResponse(res: ServerResponse): void {
  if (!res.headersSent) sendRawProblem(res, shuttingDown, RETRY_AFTER);
  else if (isEventStream(res)) res.end();
  else res.destroy();
}
