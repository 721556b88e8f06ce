/** `Prefer: handling=strict` (RFC 7240 §4.4): the client prefers an error over a response with missing parts. */
import { Problem, type ProblemType, problemPath } from '../../contract/problem.ts';
import { badGateway, rateLimited, serviceUnreachable, upstreamTimeout } from '../../contract/problems.ts';
import { preferences } from '../../http/headers/prefer.ts';
import { parseRetryAfter } from '../../http/headers/retry-after.ts';
import { type ExpandFailure, expandErrorsOf } from './expand.ts';

export const STRICT = 'handling=strict';

/** @param prefer the header value */
export const isStrict = (prefer: string | undefined): boolean =>
  preferences(prefer).get('handling') === 'strict';

/**
 * @throws Problem rate-limited (429) if limits refused all failed parts, service-unreachable (503) if all may be
 * available later, upstream-timeout (504) if only time was missing, and otherwise bad-gateway (502); with
 * `_expandErrors`
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
      extensions: { ...limitOf(failures), _expandErrors: expandErrorsOf(failures) },
      headers: {
        'Preference-Applied': STRICT,
        ...(waits.length === 0 ? {} : { 'Retry-After': String(Math.max(...waits)) }),
      },
    },
  );
}

function typeOf(failures: readonly ExpandFailure[]): ProblemType {
  // Limits of this hop only: a service that is asked too often is no fault of the client.
  if (failures.every(({ problem }) => problem.type === problemPath(rateLimited.code))) return rateLimited;
  const statuses = new Set(failures.map(({ problem }) => problem.status));
  if (statuses.isSubsetOf(new Set([503]))) return serviceUnreachable;
  return statuses.isSubsetOf(new Set([503, 504])) ? upstreamTimeout : badGateway;
}

/** The limit that refused a part, if one did: a problem of the whole has the same members. */
function limitOf(failures: readonly ExpandFailure[]): Record<string, unknown> {
  if (typeOf(failures) !== rateLimited) return {};
  const { limit, availableAt } = failures.reduce((a, b) =>
    String(b.problem.availableAt) > String(a.problem.availableAt) ? b : a,
  ).problem;
  return { limit, availableAt };
}
