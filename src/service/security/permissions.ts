/**
 * What a caller may do in a service that knows its callers: the security of its contract, and that of the contracts that
 * its links lead to. It is checked although the gateway checks it too, so that a mistake in one of them opens nothing.
 */
import type { Caller } from '../../contract/caller.ts';
import type { Problem } from '../../contract/problem.ts';
import type { LinkGraph } from '../../hypermedia/graph/link-graph.ts';
import type { GraphOperation } from '../../hypermedia/graph/model.ts';
import { Offers, type RestrictedOperations, restrictedOperations } from '../../hypermedia/offers.ts';
import { isAllowed } from '../../openapi/security-requirements.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';
import { type CredentialPlace, credentialHeaders } from '../../security/credentials.ts';
import { refusalOf } from '../../security/refusal.ts';
import { schemesOf } from '../../security/schemes.ts';
import type { Rejected } from '../../security/verifier.ts';

/** Who sends a request; if what names the caller is not valid, the reason. */
export interface Identified {
  readonly caller: Caller | undefined;
  readonly rejected: Rejected | undefined;
}

export class Permissions {
  /** The names of the headers that have the credentials of clients, for `Vary` (RFC 9110 §12.5.5). */
  readonly vary: readonly string[];
  readonly #realm: string;
  readonly #restricted: RestrictedOperations;
  readonly #places = new Map<string, CredentialPlace>();

  /** @param documents the document of the service, and those of the services that it links to */
  constructor(realm: string, documents: readonly ServiceDocument[], graph: LinkGraph) {
    this.#realm = realm;
    this.#restricted = restrictedOperations(documents, graph);
    for (const { document } of documents)
      for (const [scheme, place] of schemesOf(document))
        if (typeof place !== 'string') this.#places.set(scheme, place);
    this.vary = credentialHeaders(this.#places.values());
  }

  offersTo(caller: Caller | undefined): Offers {
    return new Offers(this.#restricted, caller);
  }

  /** The problem authentication-required (401) or insufficient-scope (403); undefined if the operation is allowed. */
  refusal(operation: GraphOperation, { caller, rejected }: Identified): Problem | undefined {
    const requirements = this.#restricted.get(operation);
    if (requirements === undefined || isAllowed(requirements, caller?.grants ?? new Map())) return undefined;
    const faults = new Map(rejected && [...this.#places.keys()].map((scheme) => [scheme, rejected]));
    return refusalOf({ requirements, places: this.#places }, { caller, faults }, this.#realm);
  }
}
