/** A request of the gateway's own, through the same routes and policies as one from outside, without HTTP to itself. */
import type { UpstreamAnswer } from '../outbound/answer.ts';
import type { Tally } from '../outbound/call.ts';
import type { Callers } from '../outbound/caller.ts';
import { targetOf } from './operation.ts';
import type { Inspect } from './responses/inspect.ts';
import type { OperationRouter } from './router.ts';
import type { Unserved } from './unserved.ts';

interface InternalRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Name, value, … as they are to arrive: see `requestHeaders` for those of a caller. */
  readonly headers: readonly string[];
  /** `performance.now()` after which nobody waits for it. */
  readonly deadline: number;
  /** Whose request it is for. */
  readonly client?: string | undefined;
  readonly tally: Tally;
}

/** @throws Problem not-found (404), contract-unavailable (503), contract-broken (502), or what the target's policy answers with */
export type Send = (request: InternalRequest, signal?: AbortSignal) => Promise<UpstreamAnswer>;

export const createSend =
  (router: OperationRouter, callers: Callers, unserved: Unserved, inspect: Inspect): Send =>
  async (request, signal) => {
    const match = router.find(request.method, request.path);
    const caller = match && callers.get(match.operation.service);
    if (!caller) throw unserved.problem(request.path);
    const path = targetOf(match.operation, match.url);
    const answer = await caller.send({ ...request, path, operationId: match.operation.operationId }, signal);
    await inspect(answer, match.operation, request.method, path);
    return answer;
  };
