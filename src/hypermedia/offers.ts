/**
 * What is offered to one caller in one response: links, actions and expansions whose target operation its credentials
 * allow, by the same requirements that decide about a request. Services and the gateway use the same rule.
 */
import { type Caller, NO_GRANTS } from '../contract/caller.ts';
import type { Json } from '../openapi/load/grammar.ts';
import { operationsOf } from '../openapi/load/inherit-defaults.ts';
import {
  compileRequirements,
  isAllowed,
  isPublic,
  type Requirements,
} from '../openapi/security-requirements.ts';
import type { ServiceDocument } from '../openapi/service-document.ts';
import { operationName } from './graph/graph-operation.ts';
import type { LinkGraph } from './graph/link-graph.ts';
import type { Allows, GraphOperation } from './graph/model.ts';

/** The requirements of the operations that not everyone may call. */
export type RestrictedOperations = ReadonlyMap<GraphOperation, Requirements>;

/** By the requirements of the documents, with the names of schemes there. */
export function restrictedOperations(
  documents: readonly ServiceDocument[],
  graph: Pick<LinkGraph, 'operation'>,
): RestrictedOperations {
  const restricted = new Map<GraphOperation, Requirements>();
  for (const { name, document } of documents)
    for (const [path, item] of Object.entries(document.paths ?? {}))
      for (const [method, definition] of operationsOf(item)) {
        const { operationId = operationName(method, path) } = definition;
        const operation = graph.operation(name, String(operationId));
        const requirements = compileRequirements(document as unknown as Json, definition) ?? [[]];
        if (operation && !isPublic(requirements)) restricted.set(operation, requirements);
      }
  return restricted;
}

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
