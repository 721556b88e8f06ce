/** The operation ids of the public document: unique across services, and links of one find those of another. */
import { isObject, type Json, walk } from './grammar.ts';
import { freeName } from './registry.ts';

export class OperationIds {
  readonly #own = new Map<string, Map<string, string>>();

  constructor(services: readonly { name: string; document: Json }[]) {
    const declared = services.map(({ name, document }) => ({ name, ids: idsOf(document) }));
    const taken = new Set<string>();
    for (const { name, ids } of declared) {
      const own = new Map<string, string>();
      for (const id of ids) {
        const isTaken = (candidate: string): boolean =>
          taken.has(candidate) || (candidate !== id && declared.some((other) => other.ids.has(candidate)));
        own.set(id, freeName(name, id, isTaken));
      }
      for (const id of own.values()) taken.add(id);
      this.#own.set(name, own);
    }
  }

  /** The public id of what a service calls `id`: its own operation, or else the first service's that has it. */
  publicId(service: string, id: string): string | undefined {
    const own = this.#own.get(service)?.get(id);
    if (own !== undefined) return own;
    for (const ids of this.#own.values()) {
      const foreign = ids.get(id);
      if (foreign !== undefined) return foreign;
    }
    return undefined;
  }
}

function idsOf(document: Json): Set<string> {
  const ids = new Set<string>();
  walk(document, 'document', (node, kind) => {
    if (kind === 'operation' && typeof node.operationId === 'string') ids.add(node.operationId);
    return isObject(node) ? node : undefined;
  });
  return ids;
}
