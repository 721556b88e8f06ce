/** Splits a document into small pieces with their paths, so that it can be transferred in steps. */
import { isObject, type Json } from '../../openapi/load/grammar.ts';

export interface Piece {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Yields paths, webhooks and components separately. A container comes before its members. */
export function* splitDocument(document: object): Generator<Piece> {
  for (const [name, value] of Object.entries(document)) {
    if (name === 'components' && isObject(value)) {
      yield { path: [name], value: {} };
      for (const [section, entries] of Object.entries(value)) yield* entriesOf([name, section], entries);
    } else if (name === 'paths' || name === 'webhooks') yield* entriesOf([name], value);
    else yield { path: [name], value };
  }
}

function* entriesOf(path: readonly string[], value: unknown): Generator<Piece> {
  if (!isObject(value)) {
    yield { path, value };
    return;
  }
  yield { path, value: {} };
  for (const [name, entry] of Object.entries(value)) yield { path: [...path, name], value: entry };
}

/** Adds a piece at its path. @param document is modified */
export function addPiece(document: Json, { path, value }: Piece): void {
  let owner = document;
  for (const name of path.slice(0, -1)) owner = owner[name] as Json;
  // An assignment would treat some names specially, such as `__proto__`.
  Object.defineProperty(owner, path.at(-1) as string, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
