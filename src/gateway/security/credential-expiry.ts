/**
 * Ends responses that outlast the credentials of their request, such as event streams and long downloads. Otherwise a
 * client could read for as long as its connection lasts, whatever happens to its credentials.
 *
 * An event stream ends as a whole response, after which a client connects again by itself. Any other response is cut,
 * since an incomplete body must not look complete.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { contextOf } from '../../http/context.ts';
import { isEventStream } from '../../http/event-stream.ts';
import { exchangeOf } from '../exchange.ts';
import type { GatewayOperation } from '../operation.ts';
import type { SendUpstreamResponse } from '../proxy/send-upstream-response.ts';
import type { OperationSecurity } from './operation-security.ts';

/** Longer timers fire at once (Node, `setTimeout`). */
const MAX_TIMEOUT = 2 ** 31 - 1;

/** When the credentials of a request end, in milliseconds since 1970; `Infinity` if they do not. */
export type ExpiresAt = (req: IncomingMessage) => number;

/** @param securityOf undefined if the gateway does not check credentials */
export const credentialExpiry =
  (
    securityOf: ((operation: GatewayOperation) => Pick<OperationSecurity, 'mode'> | undefined) | undefined,
  ): ExpiresAt =>
  (req) => {
    const { caller } = contextOf(req);
    if (caller === undefined || securityOf?.(exchangeOf(req).operation)?.mode !== 'on')
      return Number.POSITIVE_INFINITY;
    return caller.expiresAt;
  };

/** Sends responses that end with the credentials of their request. */
export const endWithCredentials =
  (send: SendUpstreamResponse, expiresAt: ExpiresAt): SendUpstreamResponse =>
  (response, req, res, headers) => {
    const sending = send(response, req, res, headers);
    const time = expiresAt(req);
    if (time === Number.POSITIVE_INFINITY) return sending;
    if (sending) return sending.then(() => endAt(time, res));
    endAt(time, res);
  };

function endAt(time: number, res: ServerResponse): void {
  // Most responses are complete when they are sent.
  if (res.writableEnded || res.destroyed) return;
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const left = time - Date.now();
    if (left > 0) timer = setTimeout(wait, Math.min(Math.ceil(left), MAX_TIMEOUT));
    else if (isEventStream(res)) res.end();
    else res.destroy();
  };
  wait();
  res.once('close', () => clearTimeout(timer));
}
