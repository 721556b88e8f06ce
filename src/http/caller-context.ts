/**
 * Calls in the name of the caller: while a request is handled, whatever it causes is sent with its credentials,
 * its request id, its place in the trace, and no longer than it waits. What one may not GET one may not expand.
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

/** The step that makes the request's caller the one that outgoing calls are made for. */
export const withCallerContext = (): RequestHandler =>
  function asCaller(req, _res, next) {
    callerContext.run({ headers: propagatedHeaders(req), deadline: contextOf(req).deadline }, next);
  };

/** The headers of the request that is being handled; none outside of one. */
export const callerHeaders = (): Readonly<Record<string, string>> => callerContext.getStore()?.headers ?? {};

/** `performance.now()` after which it waits no more; undefined outside of a request. */
export const callerDeadline = (): number | undefined => callerContext.getStore()?.deadline;

function propagatedHeaders(req: IncomingMessage): Record<string, string> {
  const { requestId, traceparent } = contextOf(req);
  const passed = PROPAGATED_HEADERS.flatMap((name) => {
    const value = req.headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(passed), [REQUEST_ID_HEADER]: requestId, traceparent };
}
