/**
 * What the gateway offers to a caller: links, actions and expansions whose target operation its credentials allow, by
 * the same requirements that decide about a request. Computed when the documents are loaded; services whose security is
 * not enforced are offered to everyone.
 */
import type { Caller } from '../../contract/caller.ts';
import { NO_GRANTS } from '../../contract/caller.ts';
import type { LinkGraph } from '../../hypermedia/graph/link-graph.ts';
import type { Allows, GraphOperation } from '../../hypermedia/graph/model.ts';
import { isAllowed, isPublic, type Requirements } from '../../openapi/security-requirements.ts';
import type { CredentialPlace } from '../../security/credentials.ts';
import type { GatewayOperation } from '../operation.ts';
import type { OperationSecurity } from './operation-security.ts';

/** The offers of one response. */
export interface Offers {
  readonly allows: Allows;
  allowsOperation(service: string, operationId: string): boolean;
  /** Whether another caller may be offered something else: whether `allows` was asked about a restricted operation. */
  readonly dependsOnCaller: boolean;
  /** The names of the headers that have credentials, for `Vary` (RFC 9110 §12.5.5). */
  readonly vary: readonly string[];
}

export type OffersTo = (caller: Caller | undefined) => Offers;

export interface OfferOptions {
  readonly operations: readonly GatewayOperation[];
  readonly graph: LinkGraph;
  readonly securityOf: (operation: GatewayOperation) => OperationSecurity | undefined;
}

/** @returns undefined if everyone may call every operation */
export function createOffers({ operations, graph, securityOf }: OfferOptions): OffersTo | undefined {
  const restricted = new Map<GraphOperation, Requirements>();
  const places = new Map<string, CredentialPlace>();
  for (const operation of operations) {
    const security = securityOf(operation);
    const node = graph.operation(operation.service, operation.operationId);
    if (node === undefined || security?.mode !== 'on' || isPublic(security.requirements)) continue;
    restricted.set(node, security.requirements);
    for (const place of security.places.values()) places.set(JSON.stringify(place), place);
  }
  if (restricted.size === 0) return undefined;
  const vary = [...new Set([...places.values()].flatMap(headerOf))];
  return (caller) => new CallerOffers(restricted, graph, vary, caller);
}

/** A query parameter belongs to the URL, and a certificate to the connection. */
function headerOf(place: CredentialPlace): string[] {
  switch (place.in) {
    case 'bearer':
    case 'basic':
      return ['Authorization'];
    case 'cookie':
      return ['Cookie'];
    case 'header':
      return [place.name];
    default:
      return [];
  }
}

class CallerOffers implements Offers {
  readonly vary: readonly string[];
  readonly #restricted: ReadonlyMap<GraphOperation, Requirements>;
  readonly #graph: LinkGraph;
  readonly #caller: Caller | undefined;
  #dependsOnCaller = false;

  constructor(
    restricted: ReadonlyMap<GraphOperation, Requirements>,
    graph: LinkGraph,
    vary: readonly string[],
    caller: Caller | undefined,
  ) {
    this.#restricted = restricted;
    this.#graph = graph;
    this.vary = vary;
    this.#caller = caller;
  }

  get dependsOnCaller(): boolean {
    return this.#dependsOnCaller;
  }

  readonly allows: Allows = (target) => {
    const requirements = this.#restricted.get(target);
    if (requirements === undefined) return true;
    this.#dependsOnCaller = true;
    return isAllowed(requirements, this.#caller?.grants ?? NO_GRANTS);
  };

  allowsOperation(service: string, operationId: string): boolean {
    const target = this.#graph.operation(service, operationId);
    return target === undefined || this.allows(target);
  }
}
