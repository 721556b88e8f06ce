/** A document in pieces that are small, each with where it belongs, so that it can be handed over little by little. */
import { isObject, type Json } from '../../openapi/load/grammar.ts';

export interface Piece {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Paths, webhooks and components by themselves, all else as it is; a container comes before what is in it. */
export function* splitDocument(document: object): Generator<Piece> {
  for (const [name, value] of Object.entries(document)) {
    if (name === 'components' && isObject(value)) {
      yield { path: [name], value: {} };
      for (const [section, entries] of Object.entries(value)) yield* entriesOf([name, section], entries);
    } else if (name === 'paths' || name === 'webhooks') yield* entriesOf([name], value);
    else yield { path: [name], value };
  }
}

function* entriesOf(at: readonly string[], value: unknown): Generator<Piece> {
  if (!isObject(value)) {
    yield { path: at, value };
    return;
  }
  yield { path: at, value: {} };
  for (const [name, entry] of Object.entries(value)) yield { path: [...at, name], value: entry };
}

/** Puts a piece in its place. @param document changed in place */
export function addPiece(document: Json, { path: at, value }: Piece): void {
  let owner = document;
  for (const name of at.slice(0, -1)) owner = owner[name] as Json;
  // A name may be one that an assignment takes for something else.
  Object.defineProperty(owner, at.at(-1) as string, {
    ...{ value, enumerable: true, configurable: true, writable: true },
  });
}
