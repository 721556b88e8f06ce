/** Proactive negotiation (RFC 9110 §12.5.1): reads `Accept` with its q-values; 406 when nothing fits. */
import Negotiator from 'negotiator';
import { Problem } from '../contract/problem.ts';
import { notAcceptable } from '../contract/problems.ts';

/**
 * The media type to answer with.
 * @param accept the header's value; absent means anything
 * @param available the server's favourite first
 * @throws Problem not-acceptable (406) with `available`
 */
export function negotiate<T extends string>(accept: string | undefined, available: readonly T[]): T {
  const [chosen] = new Negotiator({ headers: { accept } }).mediaTypes([...available]);
  if (chosen !== undefined) return chosen as T;
  throw new Problem(notAcceptable, `Not available as ${accept}.`, { extensions: { available } });
}
