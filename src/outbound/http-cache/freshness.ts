/** Whether a kept answer may be given to a request (RFC 9111 §4), and what of a stale one (§4.2.4, RFC 5861). */
import { secondsOf } from '../../http/headers/cache-control.ts';
import type { CacheRequest } from './cache-request.ts';
import type { StoredResponse } from './stored-response.ts';

/** Seconds for which a stale answer serves, where it does not say itself. */
export interface StalePolicy {
  readonly staleIfError: number;
  readonly staleWhileRevalidate: number;
}

/** `behind`: it is given, and asked about meanwhile. `stale`, `request`: it is asked about first, and why. */
export type ReuseDecision = 'fresh' | 'behind' | 'stale' | 'request';

/** They say that nothing stale may be given, whatever happens. */
const STRICT = ['no-cache', 'must-revalidate', 'proxy-revalidate', 's-maxage'];

const allowsStale = ({ control }: StoredResponse): boolean => !STRICT.some((name) => control.has(name));

export function decideReuse(
  stored: StoredResponse,
  { control }: CacheRequest,
  now: number,
  grace: StalePolicy,
): ReuseDecision {
  const timeToLive = stored.timeToLive(now);
  const minFresh = secondsOf(control, 'min-fresh') ?? 0;
  const isOld = stored.age(now) > (secondsOf(control, 'max-age') ?? Number.POSITIVE_INFINITY);
  if (control.has('no-cache') || isOld) return 'request';
  if (stored.control.has('no-cache')) return 'stale';
  if (timeToLive > 0) return timeToLive >= minFresh ? 'fresh' : 'request';
  if (minFresh > 0 || !allowsStale(stored)) return 'stale';
  const wished = control.get('max-stale') === '' ? Infinity : secondsOf(control, 'max-stale');
  if (wished !== undefined && -timeToLive <= wished) return 'fresh';
  const behind = secondsOf(stored.control, 'stale-while-revalidate') ?? grace.staleWhileRevalidate;
  return -timeToLive < behind ? 'behind' : 'stale';
}

/** Whether it serves while its service fails. */
export function canServeStaleOnError(
  stored: StoredResponse,
  { control }: CacheRequest,
  now: number,
  grace: StalePolicy,
): boolean {
  if (control.has('no-cache') || !allowsStale(stored)) return false;
  const seconds =
    secondsOf(control, 'stale-if-error') ?? secondsOf(stored.control, 'stale-if-error') ?? grace.staleIfError;
  return -stored.timeToLive(now) < seconds;
}

/** The newest of those that were made for such a request (§4.1), as far as its caller may have what others got. */
export function selectResponse(
  kept: readonly StoredResponse[],
  asked: CacheRequest,
): StoredResponse | undefined {
  let newest: StoredResponse | undefined;
  for (const one of kept) {
    if (asked.hasCredentials && !one.isPublic) continue;
    if (asked.matches(one.selecting) && one.receivedAt >= (newest?.receivedAt ?? 0)) newest = one;
  }
  return newest;
}
