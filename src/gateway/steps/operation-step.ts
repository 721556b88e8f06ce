/**
 * A step that decides whether a request to an operation continues. It throws a Problem to reject it. Internal requests
 * for embedded resources run the same steps, so that `?expand=` cannot reach resources that a direct request cannot.
 */
import type { Step } from '../../http/server/pipeline.ts';
import { type Exchange, exchangeOf } from '../exchange.ts';

export type OperationStep = (exchange: Exchange) => void | Promise<void>;

/** Adapts an operation step to the pipeline. */
export const asPipelineStep = (check: OperationStep): Step =>
  // Not async: most decisions are synchronous, and a promise for each request would be slow.
  function checkOperation(req, _res, next) {
    const decision = check(exchangeOf(req));
    if (decision) decision.then(() => next(), next);
    else next();
  };
