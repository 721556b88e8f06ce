/** Selects the declared media type for a `Content-Type` header (RFC 9110 §8.3). */
import { type ContentType, isTypeValid, parse } from 'content-type';

/** The media types of a body, each with its entry. */
export class MediaTypes<T> {
  /** The media types as the document declares them. */
  readonly names: readonly string[];
  readonly #entries: readonly { readonly type: string; readonly key: string; readonly entry: T }[];

  constructor(entries: ReadonlyMap<string, T>) {
    this.names = [...entries.keys()];
    this.#entries = [...entries].map(([name, entry]) => ({ ...keysOf(name), entry }));
  }

  /**
   * Finds the most specific match: with the same parameters, of the same type, or of its range (RFC 9110 §12.5.1).
   * @returns several if the document distinguishes them by a parameter that this value does not have
   */
  find(contentType: string): readonly T[] {
    const { type, key } = keysOf(contentType);
    if (!isTypeValid(type)) return [];
    const ranges = [type, `${type.split('/', 1)[0]}/*`, '*/*'];
    const matches = [
      this.#entries.filter((one) => one.key === key),
      this.#entries.filter((one) => one.key === type),
      ...ranges.map((range) => this.#entries.filter((one) => one.type === range)),
    ].find((some) => some.length > 0);
    return (matches ?? []).map(({ entry }) => entry);
  }
}

/** Ignores the charset, which does not select a schema. */
function keysOf(name: string): { readonly type: string; readonly key: string } {
  const { type, parameters }: ContentType = parse(name);
  const others = Object.entries(parameters).filter(([parameter]) => parameter !== 'charset');
  const suffixes = others.map(([parameter, value]) => `;${parameter}=${value.toLowerCase()}`);
  return { type, key: type + suffixes.toSorted().join('') };
}
