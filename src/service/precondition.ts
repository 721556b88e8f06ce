/**
 * What a request that changes something expects of the state (RFC 9110 §13.1, RFC 6585 §3). The handler asks
 * inside the transaction that writes, so that no change of another can come between.
 *
 * Reads `If-Match`, `If-None-Match`. Throws precondition-required (428) where a method needs `If-Match` and has
 * none, precondition-failed (412) when the state is another, or the tag can be of nothing that is changed.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { needsPrecondition, type Operation } from '../contract/operation.ts';
import { Problem } from '../contract/problem.ts';
import { preconditionFailed, preconditionRequired } from '../contract/problems.ts';
import type { Resource } from '../contract/resource.ts';
import { z } from '../contract/schema.ts';
import { namesState, stateTag } from '../http/headers/etag.ts';
import { StateConflict } from '../hypermedia/affordances/state-conflict.ts';

type Headers = Pick<IncomingHttpHeaders, 'if-match' | 'if-none-match'>;

export class Precondition {
  readonly #headers: Headers;
  readonly #isNeeded: boolean;
  #asked = false;

  constructor(operation: Operation, headers: Headers) {
    this.#headers = headers;
    this.#isNeeded = needsPrecondition(operation);
    if (this.#isNeeded && headers['if-match'] === undefined)
      throw new Problem(preconditionRequired, `${operation.method.toUpperCase()} needs If-Match.`);
  }

  /** @throws StateConflict precondition-failed (412) */
  readonly check = (resource: Resource, state: unknown): void => {
    this.#asked = true;
    const { 'if-match': match, 'if-none-match': noneMatch } = this.#headers;
    if (match === undefined && noneMatch === undefined) return;
    const tag = stateTag(z.parse(resource.state, state));
    if (match !== undefined && !namesState(match, tag))
      throw new StateConflict(
        preconditionFailed,
        resource,
        state,
        'It is not as it was when that ETag was read.',
      );
    if (noneMatch !== undefined && namesState(noneMatch, tag))
      throw new StateConflict(
        preconditionFailed,
        resource,
        state,
        'If-None-Match rules out the state that it is in.',
      );
  };

  /**
   * To be called before what was written is kept.
   * @throws Problem precondition-failed (412) when the tag was never asked for, as of a resource that is new
   */
  settle(): void {
    if (this.#asked) return;
    if (this.#isNeeded) throw new Error('the handler changed something without asking for the precondition');
    const match = this.#headers['if-match'];
    if (match !== undefined && match.trim() !== '*')
      throw new Problem(preconditionFailed, 'Nothing that this request changes has that ETag.');
  }
}
