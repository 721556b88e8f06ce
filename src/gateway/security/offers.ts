/**
 * What the gateway offers to a caller. Computed when the documents are loaded; operations whose security is not enforced
 * are offered to everyone.
 */
import type { Caller } from '../../contract/caller.ts';
import type { LinkGraph } from '../../hypermedia/graph/link-graph.ts';
import type { GraphOperation } from '../../hypermedia/graph/model.ts';
import { Offers } from '../../hypermedia/offers.ts';
import { isPublic, type Requirements } from '../../openapi/security-requirements.ts';
import { credentialHeaders } from '../../security/credentials.ts';
import type { GatewayOperation } from '../operation.ts';
import type { OperationSecurity } from './operation-security.ts';

export interface OfferOptions {
  readonly operations: readonly GatewayOperation[];
  readonly graph: LinkGraph;
  readonly securityOf: (operation: GatewayOperation) => OperationSecurity | undefined;
}

export class GatewayOffers {
  /** The names of the headers that have credentials, for `Vary` (RFC 9110 §12.5.5). */
  readonly vary: readonly string[];
  readonly #restricted: ReadonlyMap<GraphOperation, Requirements>;
  readonly #graph: LinkGraph;

  private constructor(
    restricted: ReadonlyMap<GraphOperation, Requirements>,
    graph: LinkGraph,
    vary: readonly string[],
  ) {
    this.#restricted = restricted;
    this.#graph = graph;
    this.vary = vary;
  }

  /** @returns undefined if everyone may call every operation */
  static of({ operations, graph, securityOf }: OfferOptions): GatewayOffers | undefined {
    const restricted = new Map<GraphOperation, Requirements>();
    const vary = new Set<string>();
    for (const operation of operations) {
      const security = securityOf(operation);
      const node = graph.operation(operation.service, operation.operationId);
      if (node === undefined || security?.mode !== 'on' || isPublic(security.requirements)) continue;
      restricted.set(node, security.requirements);
      for (const header of credentialHeaders(security.places.values())) vary.add(header);
    }
    return restricted.size === 0 ? undefined : new GatewayOffers(restricted, graph, [...vary]);
  }

  to(caller: Caller | undefined): Offers {
    return new Offers(this.#restricted, caller);
  }

  operation(service: string, operationId: string): GraphOperation | undefined {
    return this.#graph.operation(service, operationId);
  }
}
