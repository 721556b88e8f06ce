/**
 * Sends internal requests for embedded resources. They use the same routes, operation steps and policies as requests of
 * clients, but do not go through the HTTP server of the gateway.
 */
import type { UpstreamResponse } from '../../outbound/call/upstream-response.ts';
import type { Upstreams } from '../../outbound/upstream.ts';
import type { Inspect } from '../conformance/inspect-responses.ts';
import { Exchange } from '../exchange.ts';
import type { AfterSteps } from '../extension/run-steps.ts';
import type { OperationRouter } from '../routing/router.ts';
import type { UnavailableServices } from '../routing/unavailable-services.ts';
import type { OperationStep } from '../steps/operation-step.ts';

interface InternalRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Raw headers to send. `requestHeaders` selects those of the client. */
  readonly headers: readonly string[];
  /** Time of `performance.now()` after which the response is no longer needed. */
  readonly deadline: number;
  /** The request whose response embeds the resource. */
  readonly parent: Exchange;
}

/**
 * @throws Problem not-found (404), contract-unavailable (503), contract-broken (502), a problem of an operation step, or
 * a problem of the policy of the target
 */
export type InternalDispatch = (request: InternalRequest, signal?: AbortSignal) => Promise<UpstreamResponse>;

export interface InternalDispatchOptions {
  readonly router: OperationRouter;
  readonly steps: readonly OperationStep[];
  readonly upstreams: Upstreams;
  readonly unavailableServices: UnavailableServices;
  readonly inspect: Inspect;
  readonly afterSteps: AfterSteps | undefined;
}

export const createInternalDispatch =
  ({
    router,
    steps,
    upstreams,
    unavailableServices,
    inspect,
    afterSteps,
  }: InternalDispatchOptions): InternalDispatch =>
  async ({ method, path, headers, deadline, parent }, signal) => {
    const match = router.find(method, path);
    const upstream = match && upstreams.get(match.operation.service);
    if (!upstream) throw unavailableServices.problem(path);
    const exchange = Exchange.forInternalRequest(parent, method, match, headers);
    for (const step of steps) {
      // Most steps decide at once; waiting for each would cost every part of an expansion.
      const decision = step(exchange);
      if (decision) await decision;
    }
    const { target, operation, context } = exchange;
    const { operationId } = operation;
    const response = await upstream.send(
      {
        method,
        path: target,
        headers: exchange.serviceHeaders(headers),
        deadline,
        operationId,
        client: context.client,
        caller: context.caller,
        stats: context,
      },
      signal,
    );
    await inspect(response, operation, method, target);
    await afterSteps?.(exchange, response);
    return response;
  };
