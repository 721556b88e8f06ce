/**
 * The first step of a hop: gives the request its context, an id and a place in a trace.
 *
 * Reads `X-Request-Id`, `traceparent` and, where it is trusted, the deadline. Sends `X-Request-Id` with the option
 * `echo`; the gateway sends it with its raw headers instead, which is cheaper.
 */
import { randomUUID } from 'node:crypto';
import { isTraceparent, newTraceparent } from '../observability/trace-context.ts';
import { tracer } from '../observability/tracing.ts';
import type { Compression } from './body/compression.ts';
import { RequestContext, setContext } from './context.ts';
import { deadlineOf } from './headers/deadline.ts';
import type { ClientOf } from './server/client-address.ts';
import type { Step } from './server/pipeline.ts';

export const REQUEST_ID_HEADER = 'X-Request-Id';

/** Only harmless characters are accepted, because the id is written to logs and headers unchanged. */
const SAFE_REQUEST_ID = /^[\w.:=+/@-]{1,128}$/;

export interface IdentifyOptions {
  readonly echo?: boolean;
  /** Whether the deadline of the client is trusted. A short deadline could make a healthy service look slow. */
  readonly trustsDeadline?: boolean | ((address: string | undefined) => boolean);
  readonly compression?: Compression;
  readonly clientOf?: ClientOf;
}

export const identify = ({
  echo = false,
  trustsDeadline = false,
  compression,
  clientOf,
}: IdentifyOptions = {}): Step => {
  const trusts = typeof trustsDeadline === 'function' ? trustsDeadline : () => trustsDeadline;
  return function identify(req, res, next) {
    const id = req.headers['x-request-id'];
    const requestId = typeof id === 'string' && SAFE_REQUEST_ID.test(id) ? id : randomUUID();
    const parent = req.headers.traceparent;
    const incoming = typeof parent === 'string' && isTraceparent(parent) ? parent : undefined;
    const span = tracer.current?.serve(req.method ?? '', incoming);
    const traceparent = span?.traceparent ?? incoming ?? newTraceparent();
    const context = new RequestContext(requestId, traceparent, incoming !== undefined, span);
    context.compression = compression;
    context.client = clientOf?.(req);
    if (trusts(req.socket.remoteAddress)) context.deadline = deadlineOf(req, context.startedAt);
    setContext(req, context);
    if (echo) res.setHeader(REQUEST_ID_HEADER, requestId);
    next();
  };
};
