/** References of an OpenAPI document (`$ref`: RFC 3986 §4, RFC 6901 §6): taken apart, and followed. */
import type { ReferenceObject } from 'openapi3-ts/oas31';
import { fragmentTokens, percentDecoded } from '../contract/json-pointer.ts';
import { valueAt } from './value-at.ts';

export interface Reference {
  /** As it is written before `#`; empty where the reference is into the document that it stands in. */
  readonly document: string;
  /** As it is written after `#`; empty for all of the document. */
  readonly fragment: string;
  /** Of its pointer; none for all of the document, or for an anchor. */
  readonly tokens: readonly string[];
  /** The name of an anchor (JSON Schema 2020-12, Core §8.2.2), where the fragment is no pointer. */
  readonly anchor: string | undefined;
}

export function parseReference(text: string): Reference {
  const hash = text.indexOf('#');
  const document = hash < 0 ? text : text.slice(0, hash);
  const fragment = hash < 0 ? '' : text.slice(hash + 1);
  const decoded = percentDecoded(fragment);
  const isPointer = decoded === '' || decoded.startsWith('/');
  return {
    document,
    fragment,
    tokens: isPointer ? fragmentTokens(fragment) : [],
    anchor: isPointer ? undefined : decoded,
  };
}

/** References may lead to references: more of them in a row are taken for a circle. */
const MAX_HOPS = 20;

interface ReferenceChain<T> {
  /** All of them, in their order. */
  readonly steps: readonly T[];
  readonly last: T;
  readonly isCircle: boolean;
}

/**
 * Goes from one to the next as long as there is a next one.
 * @param keyOf the same for the same one, by which a circle is found
 */
export function followChain<T>(
  first: T,
  next: (one: T) => T | undefined,
  keyOf: (one: T) => string,
): ReferenceChain<T> {
  const steps = [first];
  let last = first;
  let upcoming = next(first);
  const visited = new Set(upcoming === undefined ? [] : [keyOf(first)]);
  while (upcoming !== undefined) {
    const key = keyOf(upcoming);
    if (visited.has(key) || steps.length >= MAX_HOPS) return { steps, last, isCircle: true };
    visited.add(key);
    steps.push(upcoming);
    last = upcoming;
    upcoming = next(last);
  }
  return { steps, last, isCircle: false };
}

/** Where a reference ends: at a value, at nothing, in another document, at an anchor, or nowhere since it is a circle. */
type ReferenceOutcome = 'value' | 'missing' | 'external' | 'anchor' | 'circular';

export interface ResolvedReference {
  readonly outcome: ReferenceOutcome;
  /** The last one in the row. */
  readonly reference: string;
  /** What the last one leads to; of a circle a Reference Object in it. */
  readonly value: unknown;
}

/** Follows a reference, and what it leads to as long as that is a Reference Object too. */
export function followReference(document: object, reference: string): ResolvedReference {
  const { last, isCircle } = referenceChain(document, reference);
  return isCircle ? { ...last, outcome: 'circular' } : last;
}

/** What a reference leads to, and what that leads to, as long as it is a Reference Object. */
export const referenceChain = (document: object, reference: string): ReferenceChain<ResolvedReference> =>
  followChain(
    lookUpReference(document, reference),
    ({ value }) => (isReference(value) ? lookUpReference(document, value.$ref) : undefined),
    (one) => one.reference,
  );

/** What one reference leads to, which may be a Reference Object. */
export function lookUpReference(document: object, reference: string): ResolvedReference {
  if (!reference.startsWith('#')) return { outcome: 'external', reference, value: undefined };
  const { tokens, anchor } = parseReference(reference);
  if (anchor !== undefined) return { outcome: 'anchor', reference, value: undefined };
  const value = valueAt(document, tokens);
  return { outcome: value === undefined ? 'missing' : 'value', reference, value };
}

/** The object that a value refers to, or that it is itself; undefined where there is none. */
export function resolveReference<T extends object>(
  document: object,
  value: T | ReferenceObject | undefined,
): T | undefined {
  const found = isReference(value) ? followReference(document, value.$ref) : { outcome: 'value', value };
  return found.outcome === 'value' && typeof found.value === 'object' && found.value !== null
    ? (found.value as T)
    : undefined;
}

export const isReference = (value: unknown): value is ReferenceObject =>
  typeof value === 'object' && value !== null && '$ref' in value && typeof value.$ref === 'string';

/** The last token of a reference: the name of a component. */
export const referenceName = (value: object | undefined): string | undefined =>
  isReference(value) ? parseReference(value.$ref).tokens.at(-1) : undefined;
