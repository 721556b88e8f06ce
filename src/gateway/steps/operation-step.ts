/**
 * A step that decides whether a request to an operation may go on. It throws a Problem to refuse it. The parts of an
 * expansion go through the same steps as requests of clients, so that nobody reaches by `?expand=` what is refused
 * directly.
 */
import type { Step } from '../../http/server/pipeline.ts';
import { type Exchange, exchangeOf } from '../exchange.ts';

export type OperationStep = (exchange: Exchange) => void | Promise<void>;

/** The same as a step of the pipeline. */
export const forClients = (check: OperationStep): Step =>
  // Not async: most requests are decided at once, and a promise each would cost them.
  function checkOperation(req, _res, next) {
    const decision = check(exchangeOf(req));
    if (decision) decision.then(() => next(), next);
    else next();
  };
