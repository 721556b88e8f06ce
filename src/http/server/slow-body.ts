/**
 * Ends requests whose body arrives too slowly, so that nothing waits for them forever. Time counts only while the
 * body is read: the client is not responsible for data that the service has not read yet.
 *
 * Sends 408.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Limits } from '../../config/limits.ts';
import { requestTimeout } from '../../contract/problems.ts';
import { sendRawProblem } from '../problems/raw-problem.ts';

/** Call it for requests with a body. */
export function enforceBodyRate(req: IncomingMessage, res: ServerResponse, limits: Limits['slow']): void {
  // Most bodies arrive together with their head.
  if (limits.rate > 0) process.nextTick(() => req.complete || monitor(req, res, limits));
}

function monitor(req: IncomingMessage, res: ServerResponse, { rate, over }: Limits['slow']): void {
  const { socket } = req;
  const minimum = (rate * over) / 1000;
  let bytesBefore = socket.bytesRead;
  let wasPaused = socket.isPaused();
  let isStopped = false;
  const onPause = () => {
    wasPaused = true;
  };
  const check = () => {
    if (req.complete || isStopped) return stop();
    if (!wasPaused && socket.bytesRead - bytesBefore < minimum) {
      stop();
      reject(res, rate);
    }
    bytesBefore = socket.bytesRead;
    wasPaused = socket.isPaused();
  };
  // After the process was blocked, the data that has arrived meanwhile is read first.
  const timer = setInterval(() => setImmediate(check), over).unref();
  const stop = () => {
    isStopped = true;
    clearInterval(timer);
    socket.off('pause', onPause);
  };
  socket.on('pause', onPause);
  res.once('close', stop);
}

function reject(res: ServerResponse, rate: number): void {
  if (res.headersSent || !res.socket) res.req.socket.destroy();
  else sendRawProblem(res, requestTimeout, {}, `The body arrived at less than ${rate} bytes per second.`);
}
