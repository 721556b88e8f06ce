/** `Prefer: handling=strict` (RFC 7240 §4.4): the client prefers an error over a response with missing parts. */
import { Problem, type ProblemType } from '../../contract/problem.ts';
import { badGateway, serviceUnreachable, upstreamTimeout } from '../../contract/problems.ts';
import { preferences } from '../../http/headers/prefer.ts';
import { parseRetryAfter } from '../../http/headers/retry-after.ts';
import { type ExpandFailure, expandErrorsOf } from './expand.ts';

export const STRICT = 'handling=strict';

/** @param prefer the header value */
export const isStrict = (prefer: string | undefined): boolean =>
  preferences(prefer).get('handling') === 'strict';

/**
 * @throws Problem service-unreachable (503) if all failed parts may be available later, upstream-timeout (504) if
 * only time was missing, and otherwise bad-gateway (502); with `_expandErrors`
 */
export function requireComplete(failures: readonly ExpandFailure[]): void {
  if (failures.length === 0) return;
  const waits = failures
    .map(({ retryAfter }) => Math.ceil((parseRetryAfter(retryAfter) ?? 0) / 1000))
    .filter((seconds) => seconds > 0);
  throw new Problem(
    typeOf(failures),
    `These parts could not be fetched: ${failures.map(({ path }) => path).join(', ')}.`,
    {
      extensions: { _expandErrors: expandErrorsOf(failures) },
      headers: {
        'Preference-Applied': STRICT,
        ...(waits.length === 0 ? {} : { 'Retry-After': String(Math.max(...waits)) }),
      },
    },
  );
}

function typeOf(failures: readonly ExpandFailure[]): ProblemType {
  const statuses = new Set(failures.map(({ problem }) => problem.status));
  if (statuses.isSubsetOf(new Set([503]))) return serviceUnreachable;
  return statuses.isSubsetOf(new Set([503, 504])) ? upstreamTimeout : badGateway;
}
