/** What is different between two documents, and what that is for those who call the API. */

import { isObject, type Json } from '../../openapi/load/grammar.ts';
import { escapeToken } from '../../openapi/merge/dangling-references.ts';
import { resolveReference } from '../../openapi/reference.ts';

export const KINDS = ['breaking', 'deprecating', 'adding'] as const;

export type Kind = (typeof KINDS)[number];

export interface Change {
  readonly kind: Kind;
  /** JSON Pointer in URI fragment form (RFC 6901 §6): into the new document, or into the old one for what is gone. */
  readonly pointer: string;
  /** `GET /orders`, or what else it is about. */
  readonly subject: string;
  readonly reason: string;
}

/** Who has to cope with a value: what callers send may be allowed more, what they get may be promised more. */
export type Direction = 'sent' | 'received';

/** A value of a document, and where it stands there. */
export interface LocatedValue {
  readonly value: unknown;
  readonly pointer: string;
}

export const appendPointer = (pointer: string, ...keys: readonly (string | number)[]): string =>
  pointer + keys.map((key) => `/${escapeToken(String(key))}`).join('');

/** What stands there itself: a reference is followed. */
export function dereference(
  document: object,
  { value, pointer }: LocatedValue,
): { node: Json | undefined; pointer: string } {
  const node = isObject(value) ? (resolveReference(document, value) as Json | undefined) : undefined;
  return { node, pointer: isObject(value) && typeof value.$ref === 'string' ? value.$ref : pointer };
}

/** What an object holds, and where; nothing where it is none. */
export const entriesOf = (value: unknown, pointer: string): Map<string, LocatedValue> =>
  new Map(
    Object.entries(isObject(value) ? value : {}).map(([name, one]) => [
      name,
      { value: one, pointer: appendPointer(pointer, name) },
    ]),
  );

/** Collects changes of one subject, each once. */
export class ChangeList {
  readonly #found = new Map<string, Change>();

  add(kind: Kind, subject: string, pointer: string, reason: string): void {
    const key = `${kind} ${pointer} ${reason}`;
    if (!this.#found.has(key)) this.#found.set(key, { kind, subject, pointer, reason });
  }

  get all(): readonly Change[] {
    return [...this.#found.values()];
  }
}
