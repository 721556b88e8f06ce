/**
 * Finds out who sends a request, and rejects it if its operation requires another caller.
 *
 * Reads the identity headers or the token of the gateway. Sends 401 and 403 with `WWW-Authenticate` (RFC 6750 §3).
 */
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import type { Caller } from '../../contract/caller.ts';
import type { Problem } from '../../contract/problem.ts';
import { contextOf } from '../../http/context.ts';
import { ALLOWS_ALL, type Allows, type GraphOperation } from '../../hypermedia/graph/model.ts';
import type { Log } from '../../observability/log.ts';
import type { Rejected } from '../../security/verifier.ts';
import type { Identity } from './identity.ts';
import type { Permissions } from './permissions.ts';

/** The caller of a request, and what it may do. */
export interface RequestCaller {
  readonly caller: Caller | undefined;
  /** What is offered to it. */
  readonly allows: Allows;
  /** The problem of a request to an operation; undefined if it is allowed. */
  refusal(operation: GraphOperation): Problem | undefined;
  /** Whether another caller may be offered something else. */
  readonly dependsOnCaller: boolean;
  /** The names of the headers that have the credentials of clients. */
  readonly vary: readonly string[];
}

/** Where a service does not know its callers, everyone may do everything. */
export const UNKNOWN_CALLER: RequestCaller = {
  caller: undefined,
  allows: ALLOWS_ALL,
  refusal: () => undefined,
  dependsOnCaller: false,
  vary: [],
};

const CALLER = Symbol('caller');

interface WithCaller extends IncomingMessage {
  [CALLER]?: RequestCaller;
}

export const callerOf = (req: IncomingMessage): RequestCaller =>
  (req as WithCaller)[CALLER] ?? UNKNOWN_CALLER;

/** The step that reads the caller of each request. */
export const identifyCaller = (
  identity: Identity,
  permissions: Permissions,
  logger: Pick<Log['logger'], 'warn'>,
): RequestHandler =>
  function identifyCaller(req, _res, next) {
    const found = identity.read(req);
    const rejected = found !== undefined && 'rejected' in found ? found : undefined;
    const caller = rejected === undefined ? (found as Caller | undefined) : undefined;
    const context = contextOf(req);
    context.caller = caller;
    if (rejected !== undefined) logger.warn({ requestId: context.requestId }, rejected.reason);
    (req as WithCaller)[CALLER] = requestCaller(permissions, caller, rejected);
    next();
  };

function requestCaller(
  permissions: Permissions,
  caller: Caller | undefined,
  rejected: Rejected | undefined,
): RequestCaller {
  const offers = permissions.offersTo(caller);
  return {
    caller,
    allows: offers.allows,
    refusal: (operation) => permissions.refusal(operation, { caller, rejected }),
    get dependsOnCaller() {
      return offers.dependsOnCaller;
    },
    vary: permissions.vary,
  };
}

/** The step that rejects callers without the required scopes, before the body is read. */
export const authorize = (operation: GraphOperation): RequestHandler =>
  function authorize(req, _res, next) {
    const refusal = callerOf(req).refusal(operation);
    if (refusal !== undefined) throw refusal;
    next();
  };
