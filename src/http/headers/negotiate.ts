/** Proactive negotiation (RFC 9110 §12.5.1): reads `Accept` with its q-values; 406 when nothing fits. */
import Negotiator from 'negotiator';
import { Problem } from '../../contract/problem.ts';
import { notAcceptable } from '../../contract/problems.ts';

/** The media types that a caller takes, the one that it likes most first; without `available` as it named them. */
export const acceptedMediaTypes = (accept: string | undefined, available?: readonly string[]): string[] =>
  new Negotiator({ headers: { accept } }).mediaTypes(available && [...available]);

/** Whether a page is what the caller likes most, as a person in a browser does: then problems are pages as well. */
export const prefersHtml = (accept: string | undefined): boolean =>
  accept?.includes('text/html') === true && acceptedMediaTypes(accept)[0] === 'text/html';

/**
 * The media type to answer with.
 * @param accept the header's value; absent means anything
 * @param available the server's favourite first
 * @throws Problem not-acceptable (406) with `available`
 */
export function negotiate<T extends string>(accept: string | undefined, available: readonly T[]): T {
  const [chosen] = acceptedMediaTypes(accept, available);
  if (chosen !== undefined) return chosen as T;
  throw new Problem(notAcceptable, `Not available as ${accept}.`, { extensions: { available } });
}
