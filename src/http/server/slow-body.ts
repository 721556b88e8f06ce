/**
 * Ends a request whose body comes too slowly, so that nothing waits for it for ever. Time counts only while the body is
 * read: what waits to be taken by a service is not the client's doing.
 *
 * Sends 408.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Limits } from '../../config/limits.ts';
import { requestTimeout } from '../../contract/problems.ts';
import { sendBareProblem } from '../problems/raw-problem.ts';

/** For a request that has a body. */
export function watchBody(req: IncomingMessage, res: ServerResponse, limits: Limits['slow']): void {
  // Most come with their head.
  if (limits.rate > 0) process.nextTick(() => req.complete || watch(req, res, limits));
}

function watch(req: IncomingMessage, res: ServerResponse, { rate, over }: Limits['slow']): void {
  const { socket } = req;
  const least = (rate * over) / 1000;
  let before = socket.bytesRead;
  let wasPaused = socket.isPaused();
  let isOver = false;
  const onPause = () => {
    wasPaused = true;
  };
  const look = () => {
    if (req.complete || isOver) return stop();
    if (!wasPaused && socket.bytesRead - before < least) {
      stop();
      refuse(res, rate);
    }
    before = socket.bytesRead;
    wasPaused = socket.isPaused();
  };
  // Where the process was held up, what has come meanwhile is read first.
  const timer = setInterval(() => setImmediate(look), over).unref();
  const stop = () => {
    isOver = true;
    clearInterval(timer);
    socket.off('pause', onPause);
  };
  socket.on('pause', onPause);
  res.once('close', stop);
}

function refuse(res: ServerResponse, rate: number): void {
  if (res.headersSent || !res.socket) res.req.socket.destroy();
  else sendBareProblem(res, requestTimeout, {}, `The body came at fewer than ${rate} bytes a second.`);
}
