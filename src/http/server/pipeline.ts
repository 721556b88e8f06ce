/**
 * The steps of a request one after the other, as Express would run them and in plain `node:http`. Express gives every
 * request and answer another prototype and goes through its layers, which together cost a fifth of what it takes to
 * pass one on; a step that wants Express is an Express app itself.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** @param error what went wrong; without it the next step has its turn */
type Next = (error?: unknown) => void;

/** Ends a request, or hands it on. One that is an Express handler too is used at services. */
export type Step = (req: IncomingMessage, res: ServerResponse, next: Next) => void | Promise<void>;

/** @param onError has whatever a step throws, rejects with or hands to `next`, and has to end the request */
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
      if (step === undefined) return fail(new Error('No step has ended the request'));
      try {
        step(req, res, next)?.catch(fail);
      } catch (thrown) {
        fail(thrown);
      }
    };
    next();
  };
