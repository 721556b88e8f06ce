/**
 * What is offered to one caller in one response: links, actions and expansions whose target operation its credentials
 * allow, by the same requirements that decide about a request. Services and the gateway use the same rule.
 */
import { type Caller, NO_GRANTS } from '../contract/caller.ts';
import { isAllowed, type Requirements } from '../openapi/security-requirements.ts';
import type { Allows, GraphOperation } from './graph/model.ts';

/** The requirements of the operations that not everyone may call. */
export type RestrictedOperations = ReadonlyMap<GraphOperation, Requirements>;

export class Offers {
  readonly #restricted: RestrictedOperations;
  readonly #caller: Caller | undefined;
  #dependsOnCaller = false;

  constructor(restricted: RestrictedOperations, caller: Caller | undefined) {
    this.#restricted = restricted;
    this.#caller = caller;
  }

  /** Whether another caller may be offered something else: whether `allows` was asked about a restricted operation. */
  get dependsOnCaller(): boolean {
    return this.#dependsOnCaller;
  }

  readonly allows: Allows = (target) => {
    const requirements = this.#restricted.get(target);
    if (requirements === undefined) return true;
    this.#dependsOnCaller = true;
    return isAllowed(requirements, this.#caller?.grants ?? NO_GRANTS);
  };
}
