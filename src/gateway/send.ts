/** A request of the gateway's own, through the same routes and policies as one from outside, without HTTP to itself. */
import { Problem } from '../contract/problem.ts';
import { notFound } from '../contract/problems.ts';
import type { UpstreamAnswer } from '../outbound/answer.ts';
import type { Targets } from '../outbound/targets.ts';
import { targetOf } from './operation.ts';
import type { OperationRouter } from './router.ts';

interface InternalRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Name, value, … as they are to arrive: see `requestHeaders` for those of a caller. */
  readonly headers: readonly string[];
}

/** @throws Problem not-found (404), or what the target's policy answers with */
export type Send = (request: InternalRequest, signal?: AbortSignal) => Promise<UpstreamAnswer>;

export const createSend =
  (router: OperationRouter, targets: Targets): Send =>
  async (request, signal) => {
    const match = router.find(request.method, request.path);
    const target = match && targets.get(match.operation.service);
    if (!target) throw new Problem(notFound, `No operation has the path ${request.path}.`);
    return target.send({ ...request, path: targetOf(match.operation, request.path) }, signal);
  };
