/**
 * Checks the expectations of a request about the state that it changes (RFC 9110 §13.1, RFC 6585 §3). The handler
 * calls the check inside its transaction, so that no concurrent change can happen in between.
 *
 * Reads `If-Match`, `If-None-Match`. Throws precondition-required (428) where a method requires `If-Match` and has
 * none, and precondition-failed (412) when the state differs, or the request changes nothing that could have the
 * tag.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { needsPrecondition, type Operation } from '../contract/operation.ts';
import { Problem } from '../contract/problem.ts';
import { preconditionFailed, preconditionRequired } from '../contract/problems.ts';
import type { Resource } from '../contract/resource.ts';
import { z } from '../contract/schema.ts';
import { matchesState, stateTag } from '../http/headers/etag.ts';
import { StateConflict } from '../hypermedia/affordances/state-conflict.ts';

type Headers = Pick<IncomingHttpHeaders, 'if-match' | 'if-none-match'>;

export class Precondition {
  readonly #headers: Headers;
  readonly #isNeeded: boolean;
  #isChecked = false;

  constructor(operation: Operation, headers: Headers) {
    this.#headers = headers;
    this.#isNeeded = needsPrecondition(operation);
    if (this.#isNeeded && headers['if-match'] === undefined)
      throw new Problem(preconditionRequired, `${operation.method.toUpperCase()} requires If-Match.`);
  }

  /** @throws StateConflict precondition-failed (412) */
  readonly check = (resource: Resource, state: unknown): void => {
    this.#isChecked = true;
    const { 'if-match': match, 'if-none-match': noneMatch } = this.#headers;
    if (match === undefined && noneMatch === undefined) return;
    const tag = stateTag(z.parse(resource.state, state));
    if (match !== undefined && !matchesState(match, tag))
      throw new StateConflict(
        preconditionFailed,
        resource,
        state,
        'The resource has changed since that ETag was read.',
      );
    if (noneMatch !== undefined && matchesState(noneMatch, tag))
      throw new StateConflict(
        preconditionFailed,
        resource,
        state,
        'If-None-Match excludes the current state of the resource.',
      );
  };

  /**
   * Checks that the handler has called `check`. Call it before the transaction is committed.
   * @throws Problem precondition-failed (412) when a tag was sent but never checked, as for a new resource
   */
  assertChecked(): void {
    if (this.#isChecked) return;
    if (this.#isNeeded) throw new Error('the handler changed something without checking the precondition');
    const match = this.#headers['if-match'];
    if (match !== undefined && match.trim() !== '*')
      throw new Problem(preconditionFailed, 'No resource that this request changes has that ETag.');
  }
}
