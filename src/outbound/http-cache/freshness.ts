/** Whether a stored response may be used for a request (RFC 9111 §4), fresh or stale (§4.2.4, RFC 5861). */
import { secondsOf } from '../../http/headers/cache-control.ts';
import type { CacheRequest } from './cache-request.ts';
import type { StoredResponse } from './stored-response.ts';

/** Seconds for which a stale response is used where the response itself does not say. */
export interface StalePolicy {
  readonly staleIfError: number;
  readonly staleWhileRevalidate: number;
}

/**
 * - `fresh`: the response is used.
 * - `revalidate`: the response is used, and validated in the background.
 * - `stale`: the response is validated first, since it is stale.
 * - `request`: the response is validated first, since the request asks for that.
 */
export type ReuseDecision = 'fresh' | 'revalidate' | 'stale' | 'request';

/** Directives that forbid the use of a stale response. */
const STRICT = ['no-cache', 'must-revalidate', 'proxy-revalidate', 's-maxage'];

const allowsStale = ({ control }: StoredResponse): boolean => !STRICT.some((name) => control.has(name));

export function decideReuse(
  stored: StoredResponse,
  { control }: CacheRequest,
  now: number,
  stalePolicy: StalePolicy,
): ReuseDecision {
  const timeToLive = stored.timeToLive(now);
  const minFresh = secondsOf(control, 'min-fresh') ?? 0;
  const isTooOld = stored.age(now) > (secondsOf(control, 'max-age') ?? Number.POSITIVE_INFINITY);
  if (control.has('no-cache') || isTooOld) return 'request';
  if (stored.control.has('no-cache')) return 'stale';
  if (timeToLive > 0) return timeToLive >= minFresh ? 'fresh' : 'request';
  if (minFresh > 0 || !allowsStale(stored)) return 'stale';
  const maxStale = control.get('max-stale') === '' ? Infinity : secondsOf(control, 'max-stale');
  if (maxStale !== undefined && -timeToLive <= maxStale) return 'fresh';
  const revalidationTime =
    secondsOf(stored.control, 'stale-while-revalidate') ?? stalePolicy.staleWhileRevalidate;
  return -timeToLive < revalidationTime ? 'revalidate' : 'stale';
}

/** Whether a stored response may be used while its service fails. */
export function canServeStaleOnError(
  stored: StoredResponse,
  { control }: CacheRequest,
  now: number,
  stalePolicy: StalePolicy,
): boolean {
  if (control.has('no-cache') || !allowsStale(stored)) return false;
  const seconds =
    secondsOf(control, 'stale-if-error') ??
    secondsOf(stored.control, 'stale-if-error') ??
    stalePolicy.staleIfError;
  return -stored.timeToLive(now) < seconds;
}

/** The newest of the responses that match a request (§4.1) and that its client may share with others. */
export function selectResponse(
  responses: readonly StoredResponse[],
  request: CacheRequest,
): StoredResponse | undefined {
  let newest: StoredResponse | undefined;
  for (const one of responses) {
    if (request.hasCredentials && !one.isPublic) continue;
    if (request.matches(one.selecting) && one.receivedAt >= (newest?.receivedAt ?? 0)) newest = one;
  }
  return newest;
}
