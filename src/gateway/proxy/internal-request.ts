/**
 * Requests of the gateway's own, for parts of a response: the same routes, operation steps and policies as for a request
 * of a client, without HTTP to itself.
 */
import type { UpstreamAnswer } from '../../outbound/call/upstream-response.ts';
import type { Callers } from '../../outbound/caller.ts';
import type { Inspect } from '../conformance/inspect-responses.ts';
import { Exchange } from '../exchange.ts';
import type { OperationRouter } from '../routing/router.ts';
import type { UnavailableServices } from '../routing/unavailable-services.ts';
import type { OperationStep } from '../steps/operation-step.ts';

interface InternalRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Name, value, … as they are to arrive: see `requestHeaders` for those of a caller. */
  readonly headers: readonly string[];
  /** `performance.now()` after which nobody waits for it. */
  readonly deadline: number;
  /** The request whose response it is a part of. */
  readonly parent: Exchange;
}

/**
 * @throws Problem not-found (404), contract-unavailable (503), contract-broken (502), what a step refuses it with, or
 * what the target's policy answers with
 */
export type InternalDispatch = (request: InternalRequest, signal?: AbortSignal) => Promise<UpstreamAnswer>;

export interface InternalDispatchOptions {
  readonly router: OperationRouter;
  readonly steps: readonly OperationStep[];
  readonly upstreams: Callers;
  readonly unavailableServices: UnavailableServices;
  readonly inspect: Inspect;
}

export const createInternalDispatch =
  ({ router, steps, upstreams, unavailableServices, inspect }: InternalDispatchOptions): InternalDispatch =>
  async ({ method, path, headers, deadline, parent }, signal) => {
    const match = router.find(method, path);
    const upstream = match && upstreams.get(match.operation.service);
    if (!upstream) throw unavailableServices.problem(path);
    const exchange = Exchange.forInternalRequest(parent, method, match, headers);
    for (const step of steps) await step(exchange);
    const { target, operation, context } = exchange;
    const { operationId } = operation;
    const response = await upstream.send(
      { method, path: target, headers, deadline, operationId, client: context.client, tally: context },
      signal,
    );
    await inspect(response, operation, method, target);
    return response;
  };
