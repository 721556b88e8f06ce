/** Whether nodes of two documents have the same meaning, with all references followed, including circular ones. */
type Json = Record<string, unknown>;

const follow = (document: unknown, node: unknown): unknown => {
  let at = node;
  for (let hops = 0; hops < 20; hops++) {
    const ref = typeof at === 'object' && at !== null ? (at as Json).$ref : undefined;
    if (typeof ref !== 'string' || !ref.startsWith('#/')) return at;
    at = pointed(document, ref);
  }
  return at;
};

/** The target of a local reference, found independently of the code under test. */
export const pointed = (document: unknown, reference: string): unknown =>
  decodeURIComponent(reference.slice(reference.indexOf('#') + 1))
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((node, key) => (node as Json | undefined)?.[key], document);

export class Meanings {
  readonly #whole: unknown;
  readonly #part: unknown;
  /** Pairs that were compared, or will be. */
  readonly #seen = new Map<object, Set<object>>();

  constructor(whole: unknown, part: unknown) {
    this.#whole = whole;
    this.#part = part;
  }

  /** @returns the location of the first difference, if any */
  difference(one: unknown, other: unknown, at = ''): string | undefined {
    const [a, b] = [follow(this.#whole, one), follow(this.#part, other)];
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
      return a === b ? undefined : at;
    if (this.#seen.get(a)?.has(b)) return undefined;
    this.#seen.set(a, (this.#seen.get(a) ?? new Set()).add(b));
    if (isLink(a)) return this.#leadsElsewhere(a, b as Json) ? at : undefined;
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      // A discriminator maps the names of components, which may differ.
      if (key === 'discriminator') continue;
      const found = this.difference((a as Json)[key], (b as Json)[key], `${at}/${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #leadsElsewhere(link: Json, { operationId, operationRef }: Json): boolean {
    if (operationId !== undefined) return operationId !== link.operationId;
    const target = pointed(this.#whole, String(operationRef)) as Json | undefined;
    return target?.operationId !== link.operationId;
  }
}

const isLink = (node: object): node is Json => 'operationId' in node && !('responses' in node);
