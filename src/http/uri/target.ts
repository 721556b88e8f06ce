/** Path and query of a request or a link (RFC 3986 §3.4). */
import { Problem } from '../../contract/problem.ts';
import { badRequest } from '../../contract/problems.ts';

/** Splits at the first question mark; further ones belong to the query. */
export function splitTarget(target: string): [path: string, query: string] {
  const mark = target.indexOf('?');
  return mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
}

/** The query of a link or a page, which is accepted in any form. */
export const queryOf = (target: string): URLSearchParams => new URLSearchParams(splitTarget(target)[1]);

/**
 * The query of a request.
 * @throws Problem bad-request (400) for broken percent-encoding, which would be read as other characters
 */
export function readQuery(query: string): URLSearchParams {
  if (query.includes('%'))
    try {
      decodeURIComponent(query);
    } catch {
      throw new Problem(badRequest, 'The query has broken percent-encoding.');
    }
  return new URLSearchParams(query);
}
