/**
 * What a mock server offers to a caller. It learns from the gateway who calls, in identity headers: only the gateway calls
 * it, and it has nothing to protect.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { LinkGraph } from '../../hypermedia/graph/link-graph.ts';
import type { Allows } from '../../hypermedia/graph/model.ts';
import { Offers, restrictedOperations } from '../../hypermedia/offers.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';
import { credentialHeaders } from '../../security/credentials.ts';
import { callerFromHeaders } from '../../security/identity-headers.ts';
import { schemesOf } from '../../security/schemes.ts';

export interface MockOffers {
  readonly allows: Allows;
  readonly dependsOnCaller: boolean;
  /** The names of the headers that have the credentials of clients. */
  readonly vary: readonly string[];
}

/**
 * @param enforced the services whose security the gateway enforces
 * @returns undefined if everyone may call every operation
 */
export function mockOffers(
  enforced: readonly ServiceDocument[],
  graph: LinkGraph,
): ((headers: IncomingHttpHeaders) => MockOffers) | undefined {
  const restricted = restrictedOperations(enforced, graph);
  if (restricted.size === 0) return undefined;
  const places = enforced.flatMap(({ document }) => [...schemesOf(document).values()]);
  const vary = credentialHeaders(places.filter((place) => typeof place !== 'string'));
  return (headers) => {
    const caller = callerFromHeaders(headers);
    const offers = new Offers(restricted, caller === 'malformed' ? undefined : caller);
    return {
      vary,
      allows: offers.allows,
      get dependsOnCaller() {
        return offers.dependsOnCaller;
      },
    };
  };
}
