/**
 * Calls on behalf of the client: while a request is handled, calls to upstreams carry its credentials, request id,
 * trace and deadline. A client can therefore only expand what it may read itself.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import type { Caller } from '../contract/caller.ts';
import { contextOf } from './context.ts';
import { REQUEST_ID_HEADER } from './identify.ts';

const PROPAGATED_HEADERS = ['accept-language', 'authorization', 'cookie'] as const;

/** Raw headers that tell another service who calls. */
export type WriteIdentity = (caller: Caller, service: string, method: string) => readonly string[];

interface CallerContext {
  readonly headers: readonly string[];
  readonly identity: ((service: string, method: string) => readonly string[]) | undefined;
  readonly deadline: number;
}

const callerContext = new AsyncLocalStorage<CallerContext>();

/** The step that provides the context of the request to all outgoing calls. */
export const withCallerContext = (writeIdentity?: WriteIdentity): RequestHandler =>
  function withCallerContext(req, _res, next) {
    const { deadline, caller } = contextOf(req);
    const identity =
      writeIdentity && caller
        ? (service: string, method: string) => writeIdentity(caller, service, method)
        : undefined;
    callerContext.run({ headers: propagatedHeaders(req), identity, deadline }, next);
  };

/** The raw headers for a call to another service, from the current request; none outside of a request. */
export function callerHeaders(service: string, method: string): readonly string[] {
  const { headers = [], identity } = callerContext.getStore() ?? {};
  return identity === undefined ? headers : [...headers, ...identity(service, method)];
}

/** `performance.now()` after which the client no longer waits; undefined outside of a request. */
export const callerDeadline = (): number | undefined => callerContext.getStore()?.deadline;

function propagatedHeaders(req: IncomingMessage): readonly string[] {
  const { requestId, traceparent } = contextOf(req);
  const passed = PROPAGATED_HEADERS.flatMap((name) => {
    const value = req.headers[name];
    return value === undefined ? [] : [name, value];
  });
  return [...passed, REQUEST_ID_HEADER, requestId, 'traceparent', traceparent];
}
