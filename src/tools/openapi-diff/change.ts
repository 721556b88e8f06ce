/** A change between two documents and its effect on clients. */

import { fragmentToken } from '../../contract/json-pointer.ts';
import { isObject, type Json } from '../../openapi/load/grammar.ts';
import { resolveReference } from '../../openapi/reference.ts';

export const KINDS = ['breaking', 'deprecating', 'adding'] as const;

export type Kind = (typeof KINDS)[number];

export interface Change {
  readonly kind: Kind;
  /** JSON Pointer in URI fragment form (RFC 6901 §6): into the new document, or into the old one for removed parts. */
  readonly pointer: string;
  /** `GET /orders`, or another subject. */
  readonly subject: string;
  readonly reason: string;
}

/** Whether clients send or receive a value: it is safe to accept more, and to promise more. */
export type Direction = 'sent' | 'received';

/** A value of a document and its location. */
export interface LocatedValue {
  readonly value: unknown;
  readonly pointer: string;
}

export const appendPointer = (pointer: string, ...keys: readonly (string | number)[]): string =>
  pointer + keys.map((key) => `/${fragmentToken(String(key))}`).join('');

/** The value after following a reference. */
export function dereference(
  document: object,
  { value, pointer }: LocatedValue,
): { node: Json | undefined; pointer: string } {
  const node = isObject(value) ? (resolveReference(document, value) as Json | undefined) : undefined;
  return { node, pointer: isObject(value) && typeof value.$ref === 'string' ? value.$ref : pointer };
}

/** The members of an object with their locations; empty for other values. */
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
