/** `Prefer: handling=strict` (RFC 7240 §4.4): the client prefers an error over a response with missing parts. */
import { Problem, type ProblemType, problemPath } from '../../contract/problem.ts';
import {
  authenticationRequired,
  badGateway,
  insufficientScope,
  rateLimited,
  serviceUnreachable,
  upstreamTimeout,
} from '../../contract/problems.ts';
import { preferences } from '../../http/headers/prefer.ts';
import { parseRetryAfter } from '../../http/headers/retry-after.ts';
import { type ExpandFailure, expandErrorsOf } from './expand.ts';

export const STRICT = 'handling=strict';

/** @param prefer the header value */
export const isStrict = (prefer: string | undefined): boolean =>
  preferences(prefer).get('handling') === 'strict';

/**
 * @throws Problem authentication-required (401) or insufficient-scope (403) if the caller may not read a part,
 * rate-limited (429) if limits refused all failed parts, service-unreachable (503) if all may be available later,
 * upstream-timeout (504) if only time was missing, and otherwise bad-gateway (502); with `_expandErrors`
 */
export function requireComplete(failures: readonly ExpandFailure[]): void {
  if (failures.length === 0) return;
  const refused = refusalOf(failures);
  if (refused !== undefined) throw refused;
  const waits = failures
    .map(({ retryAfter }) => Math.ceil((parseRetryAfter(retryAfter) ?? 0) / 1000))
    .filter((seconds) => seconds > 0);
  throw new Problem(typeOf(failures), `These parts could not be fetched: ${pathsOf(failures)}.`, {
    extensions: { ...limitOf(failures), _expandErrors: expandErrorsOf(failures) },
    headers: {
      'Preference-Applied': STRICT,
      ...(waits.length === 0 ? {} : { 'Retry-After': String(Math.max(...waits)) }),
    },
  });
}

const pathsOf = (failures: readonly ExpandFailure[]): string =>
  [...new Set(failures.map(({ path }) => path))].join(', ');

/** A retry does not help a caller who lacks credentials or scopes, so this takes precedence over other failures. */
function refusalOf(failures: readonly ExpandFailure[]): Problem | undefined {
  for (const type of [authenticationRequired, insufficientScope]) {
    const refused = failures.filter(
      ({ problem, challenge }) => problem.type === problemPath(type.code) && challenge !== undefined,
    );
    if (refused.length === 0) continue;
    const missing = new Set(refused.flatMap(({ problem }) => [problem.missing ?? []].flat()));
    const challenges = new Set(refused.flatMap(({ challenge }) => challenge ?? []));
    return new Problem(type, `These parts need other credentials: ${pathsOf(refused)}.`, {
      extensions: {
        ...(missing.size > 0 && { missing: [...missing] }),
        _expandErrors: expandErrorsOf(failures),
      },
      headers: { 'Preference-Applied': STRICT, 'WWW-Authenticate': [...challenges].join(', ') },
    });
  }
  return undefined;
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
