/**
 * The operation ids of the public document: unique across services, so that links between services find their
 * targets.
 */
import type { Incremental } from '../incremental.ts';
import { isObject, type Json, walkIncrementally } from '../load/grammar.ts';
import { uniqueName } from './component-registry.ts';

interface DeclaredIds {
  readonly name: string;
  readonly ids: ReadonlySet<string>;
}

export class OperationIds {
  readonly #own = new Map<string, Map<string, string>>();

  static *of(services: readonly { name: string; document: Json }[]): Incremental<OperationIds> {
    const declared: DeclaredIds[] = [];
    for (const { name, document } of services) declared.push({ name, ids: yield* idsOf(document) });
    return new OperationIds(declared);
  }

  private constructor(declared: readonly DeclaredIds[]) {
    const taken = new Set<string>();
    for (const { name, ids } of declared) {
      const own = new Map<string, string>();
      for (const id of ids) {
        const isTaken = (candidate: string): boolean =>
          taken.has(candidate) || (candidate !== id && declared.some((other) => other.ids.has(candidate)));
        own.set(id, uniqueName(name, id, isTaken));
      }
      for (const id of own.values()) taken.add(id);
      this.#own.set(name, own);
    }
  }

  /** The public id of the operation `id`: that of the service itself, or of the first service that has it. */
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

function* idsOf(document: Json): Incremental<Set<string>> {
  const ids = new Set<string>();
  yield* walkIncrementally(document, (node, kind) => {
    if (kind === 'operation' && typeof node.operationId === 'string') ids.add(node.operationId);
    return isObject(node) ? node : undefined;
  });
  return ids;
}
