/**
 * Runs the steps of a request in order, as Express would, but on plain `node:http`. Express gives every request and
 * response another prototype and goes through its layers, which costs a fifth of the time to proxy a request. A
 * step that needs Express is an Express app itself.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** @param error the failure; without it the next step runs */
type Next = (error?: unknown) => void;

/** Ends a request or calls `next`. Steps that are also Express handlers are used by services. */
export type Step = (req: IncomingMessage, res: ServerResponse, next: Next) => void | Promise<void>;

/** @param onError receives what a step throws, rejects with or passes to `next`, and has to end the request */
export const pipeline =
  (
    steps: readonly Step[],
    onError: (error: unknown, req: IncomingMessage, res: ServerResponse) => void,
  ): RequestListener =>
  (req, res) => {
    let index = 0;
    const fail = (error: unknown) => onError(error, req, res);
    const next: Next = (error) => {
      if (error) return fail(error);
      const step = steps[index++];
      if (step === undefined) return fail(new Error('No step ended the request'));
      try {
        step(req, res, next)?.catch(fail);
      } catch (thrown) {
        fail(thrown);
      }
    };
    next();
  };

/** Leaves out the steps that are not configured. */
export const presentSteps = <One>(steps: readonly (One | false | undefined)[]): One[] =>
  steps.flatMap((step) => (step === false || step === undefined ? [] : [step as One]));
