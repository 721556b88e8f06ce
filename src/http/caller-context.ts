/**
 * Calls on behalf of the client: while a request is handled, calls to upstreams carry its credentials, request id,
 * trace and deadline. A client can therefore only expand what it may read itself.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { contextOf } from './context.ts';
import { REQUEST_ID_HEADER } from './identify.ts';

const PROPAGATED_HEADERS = ['accept-language', 'authorization', 'cookie'] as const;

interface CallerContext {
  readonly headers: Readonly<Record<string, string>>;
  readonly deadline: number;
}

const callerContext = new AsyncLocalStorage<CallerContext>();

/** The step that provides the context of the request to all outgoing calls. */
export const withCallerContext = (): RequestHandler =>
  function withCallerContext(req, _res, next) {
    callerContext.run({ headers: propagatedHeaders(req), deadline: contextOf(req).deadline }, next);
  };

/** The headers to propagate from the current request; none outside of a request. */
export const callerHeaders = (): Readonly<Record<string, string>> => callerContext.getStore()?.headers ?? {};

/** `performance.now()` after which the client no longer waits; undefined outside of a request. */
export const callerDeadline = (): number | undefined => callerContext.getStore()?.deadline;

function propagatedHeaders(req: IncomingMessage): Record<string, string> {
  const { requestId, traceparent } = contextOf(req);
  const passed = PROPAGATED_HEADERS.flatMap((name) => {
    const value = req.headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(passed), [REQUEST_ID_HEADER]: requestId, traceparent };
}
