/**
 * Calls in the name of the caller: while a request is handled, whatever it causes is sent with its credentials,
 * its request id, its place in the trace, and no longer than it waits. What one may not GET one may not expand.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { contextOf } from './context.ts';
import { REQUEST_ID_HEADER } from './identify.ts';

const PASSED = ['accept-language', 'authorization', 'cookie'] as const;

interface Caller {
  readonly headers: Readonly<Record<string, string>>;
  readonly deadline: number;
}

const caller = new AsyncLocalStorage<Caller>();

/** The step that makes the request's caller the one that outgoing calls are made for. */
export const asCaller = (): RequestHandler =>
  function asCaller(req, _res, next) {
    caller.run({ headers: headersOf(req), deadline: contextOf(req).deadline }, next);
  };

/** The headers of the request that is being handled; none outside of one. */
export const callerHeaders = (): Readonly<Record<string, string>> => caller.getStore()?.headers ?? {};

/** `performance.now()` after which it waits no more; undefined outside of a request. */
export const callerDeadline = (): number | undefined => caller.getStore()?.deadline;

function headersOf(req: IncomingMessage): Record<string, string> {
  const { requestId, traceparent } = contextOf(req);
  const passed = PASSED.flatMap((name) => {
    const value = req.headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(passed), [REQUEST_ID_HEADER]: requestId, traceparent };
}
