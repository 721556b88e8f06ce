/** Proactive content negotiation (RFC 9110 §12.5.1) by `Accept` with its q-values; 406 when no type is acceptable. */
import Negotiator from 'negotiator';
import { Problem } from '../../contract/problem.ts';
import { notAcceptable } from '../../contract/problems.ts';

/** The media types that a client accepts, in order of preference; without `available`, those of the header itself. */
export const acceptedMediaTypes = (accept: string | undefined, available?: readonly string[]): string[] =>
  new Negotiator({ headers: { accept } }).mediaTypes(available && [...available]);

/** Whether a client prefers HTML to everything else, as browsers do. Problems are then sent as pages. */
export const prefersHtml = (accept: string | undefined): boolean =>
  accept?.includes('text/html') === true && acceptedMediaTypes(accept)[0] === 'text/html';

/**
 * Selects the media type of a response.
 * @param accept the value of the header; undefined accepts every type
 * @param available in the order that the server prefers
 * @throws Problem not-acceptable (406) with `available`
 */
export function negotiate<T extends string>(accept: string | undefined, available: readonly T[]): T {
  const [chosen] = acceptedMediaTypes(accept, available);
  if (chosen !== undefined) return chosen as T;
  throw new Problem(notAcceptable, `The resource has no representation that matches Accept: ${accept}.`, {
    extensions: { available },
  });
}
