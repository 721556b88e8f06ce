/** Local references in an OpenAPI document (`#/components/…`). */
import type { ReferenceObject } from 'openapi3-ts/oas31';
import { pointerSegments, valueAt } from './runtime-expression.ts';

/** References may lead to references, and a broken document in circles. */
const MOST_HOPS = 20;

/** What a value refers to, or the value itself; undefined where there is nothing. */
export function resolveReference<T extends object>(
  document: object,
  value: T | ReferenceObject | undefined,
): T | undefined {
  let at: unknown = value;
  for (let hops = 0; hops < MOST_HOPS && isReference(at); hops++)
    at = valueAt(document, fragmentSegments(at.$ref));
  return isReference(at) || typeof at !== 'object' || at === null ? undefined : (at as T);
}

/** The segments of a JSON Pointer in a URI fragment, `#/…` (RFC 6901 §6). */
export const fragmentSegments = (fragment: string): string[] => pointerSegments(decoded(fragment.slice(1)));

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const isReference = (value: unknown): value is ReferenceObject =>
  typeof value === 'object' && value !== null && '$ref' in value && typeof value.$ref === 'string';

/** The last segment of a reference: the name of a component. */
export const referenceName = (value: object | undefined): string | undefined =>
  isReference(value) ? fragmentSegments(value.$ref).at(-1) : undefined;
