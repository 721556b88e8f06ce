/** Parses and follows the references of an OpenAPI document (`$ref`: RFC 3986 §4, RFC 6901 §6). */
import type { ReferenceObject } from 'openapi3-ts/oas31';
import { fragmentTokens, percentDecoded } from '../contract/json-pointer.ts';
import { valueAt } from './value-at.ts';

export interface Reference {
  /** The part before `#`; empty for a reference within its own document. */
  readonly document: string;
  /** The part after `#`; empty for the whole document. */
  readonly fragment: string;
  /** The tokens of the JSON Pointer; empty for the whole document and for an anchor. */
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

/** References may lead to references. A longer chain is treated as circular. */
const MAX_HOPS = 20;

interface ReferenceChain<T> {
  /** All steps, in order. */
  readonly steps: readonly T[];
  readonly last: T;
  readonly isCircle: boolean;
}

/**
 * Follows a chain until it ends or repeats.
 * @param keyOf identifies a step, so that a circle is detected
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

/** What a reference leads to: a value, nothing, another document, an anchor, or itself again. */
type ReferenceOutcome = 'value' | 'missing' | 'external' | 'anchor' | 'circular';

export interface ResolvedReference {
  readonly outcome: ReferenceOutcome;
  /** The last reference of the chain. */
  readonly reference: string;
  /** The value at the end of the chain; for a circular chain, a Reference Object in it. */
  readonly value: unknown;
}

/** Follows a reference, and the Reference Objects that it leads to. */
export function followReference(document: object, reference: string): ResolvedReference {
  const { last, isCircle } = referenceChain(document, reference);
  return isCircle ? { ...last, outcome: 'circular' } : last;
}

/** The chain of Reference Objects that starts at a reference. */
export const referenceChain = (document: object, reference: string): ReferenceChain<ResolvedReference> =>
  followChain(
    lookUpReference(document, reference),
    ({ value }) => (isReference(value) ? lookUpReference(document, value.$ref) : undefined),
    (one) => one.reference,
  );

/** The direct target of a reference, which may be another Reference Object. */
export function lookUpReference(document: object, reference: string): ResolvedReference {
  if (!reference.startsWith('#')) return { outcome: 'external', reference, value: undefined };
  const { tokens, anchor } = parseReference(reference);
  if (anchor !== undefined) return { outcome: 'anchor', reference, value: undefined };
  const value = valueAt(document, tokens);
  return { outcome: value === undefined ? 'missing' : 'value', reference, value };
}

/** The object that a value refers to, or the value itself; undefined where there is none. */
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

/** The last token of a reference, which is the name of a component. */
export const referenceName = (value: object | undefined): string | undefined =>
  isReference(value) ? parseReference(value.$ref).tokens.at(-1) : undefined;
