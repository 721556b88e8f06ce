/**
 * Requests of the gateway's own, for parts of a response: the same routes, operation steps and policies as for a request
 * of a client, without HTTP to itself.
 */
import type { UpstreamResponse } from '../../outbound/call/upstream-response.ts';
import type { Upstreams } from '../../outbound/upstream.ts';
import type { Inspect } from '../conformance/inspect-responses.ts';
import { Exchange } from '../exchange.ts';
import type { OperationRouter } from '../routing/router.ts';
import type { Unserved } from '../routing/unavailable-services.ts';
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
  readonly whole: Exchange;
}

/**
 * @throws Problem not-found (404), contract-unavailable (503), contract-broken (502), what a step refuses it with, or
 * what the target's policy answers with
 */
export type Send = (request: InternalRequest, signal?: AbortSignal) => Promise<UpstreamResponse>;

export interface SendOptions {
  readonly router: OperationRouter;
  readonly steps: readonly OperationStep[];
  readonly callers: Upstreams;
  readonly unserved: Unserved;
  readonly inspect: Inspect;
}

export const createSend =
  ({ router, steps, callers, unserved, inspect }: SendOptions): Send =>
  async ({ method, path, headers, deadline, whole }, signal) => {
    const match = router.find(method, path);
    const caller = match && callers.get(match.operation.service);
    if (!caller) throw unserved.problem(path);
    const exchange = Exchange.ofPart(whole, method, match, headers);
    for (const step of steps) await step(exchange);
    const { target, operation, context } = exchange;
    const { operationId } = operation;
    const answer = await caller.send(
      { method, path: target, headers, deadline, operationId, client: context.client, stats: context },
      signal,
    );
    await inspect(answer, operation, method, target);
    return answer;
  };
