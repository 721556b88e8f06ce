/** What a `Content-Type` says (RFC 9110 §8.3), and which of the media types of a document is meant by it. */
import { type ContentType, isTypeValid, parse } from 'content-type';

/** The media types of a body, each with what belongs to it. */
export class MediaTypes<T> {
  /** As the document has them. */
  readonly names: readonly string[];
  readonly #entries: readonly { readonly type: string; readonly key: string; readonly entry: T }[];

  constructor(entries: ReadonlyMap<string, T>) {
    this.names = [...entries.keys()];
    this.#entries = [...entries].map(([name, entry]) => ({ ...keysOf(name), entry }));
  }

  /**
   * The most specific that are meant: with the same parameters, of the same type, of its range (RFC 9110 §12.5.1).
   * @returns several where the document tells them apart by a parameter, and this is none of them
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

/** The charset is no part of what JSON is, and of a text none that a document is about. */
function keysOf(name: string): { readonly type: string; readonly key: string } {
  const { type, parameters }: ContentType = parse(name);
  const others = Object.entries(parameters).filter(([parameter]) => parameter !== 'charset');
  const suffixes = others.map(([parameter, value]) => `;${parameter}=${value.toLowerCase()}`);
  return { type, key: type + suffixes.toSorted().join('') };
}
