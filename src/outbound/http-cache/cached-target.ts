/**
 * A service with a shared cache before it (RFC 9111), so that what is kept costs the service nothing: not a place in
 * its bulkhead, not a retry, nothing of its breaker. What is kept is its answer as it came; whatever the gateway makes
 * of an answer, it makes of this one too.
 *
 * Each answer says in `Cache-Status` (RFC 9211) what was done. GET and HEAD are answered from what is kept, the unsafe
 * methods forget it (§4.4). A request with `Range`, `If-Match`, `no-store` or a body goes by.
 */
import { Problem } from '../../contract/problem.ts';
import { circuitOpen, notKept, overloaded, upstreamTimeout } from '../../contract/problems.ts';
import { isFailureStatus } from '../call/to-outcome.ts';
import type { OutboundRequest } from '../call/types.ts';
import type { UpstreamResponse } from '../call/upstream-response.ts';
import { awaitResponse, type PendingCall, type Upstream } from '../upstream.ts';
import { BackgroundRevalidator } from './background-revalidator.ts';
import { CacheRequest, type CredentialPlaces } from './cache-request.ts';
import { CACHE_STATUS, type CacheStatus, type ForwardReason, formatCacheStatus } from './cache-status.ts';
import { toUpstreamResponse } from './cached-response.ts';
import { canServeStaleOnError, decideReuse, type StalePolicy, selectResponse } from './freshness.ts';
import type { CacheSlot, FetchOutcome } from './in-flight-fetch.ts';
import { invalidatedPaths } from './invalidation.ts';
import { PendingResponse } from './pending-response.ts';
import { RequestCoalescer } from './request-coalescer.ts';
import type { ServiceCache } from './service-cache.ts';
import type { CacheOutcome, CacheStatistics } from './statistics.ts';
import type { StoredResponse } from './stored-response.ts';

export interface CachedTargetOptions {
  readonly target: Upstream & { readonly name: string; readonly urls: readonly string[] };
  readonly cache: ServiceCache;
  readonly statistics: CacheStatistics;
  readonly stalePolicy: StalePolicy;
  readonly credentials: CredentialPlaces;
}

/** Milliseconds before its end in which a call is given up for want of time. */
const SLACK = 20;

/** Then nothing was sent, so that what is kept is a hit (RFC 9211 §2.1). */
const NOT_SENT: readonly unknown[] = [circuitOpen, overloaded];

export class CachedTarget implements Upstream {
  readonly #options: CachedTargetOptions;
  readonly #coalescer: RequestCoalescer;
  readonly #revalidator: BackgroundRevalidator;

  constructor(options: CachedTargetOptions) {
    this.#options = options;
    this.#coalescer = new RequestCoalescer(options.target, options.cache);
    this.#revalidator = new BackgroundRevalidator(this.#coalescer, options.credentials);
  }

  start(request: OutboundRequest): PendingCall {
    const { target, credentials } = this.#options;
    const asked = new CacheRequest(request, credentials);
    if (!asked.isCacheableMethod) return this.#bypass(asked, 'method');
    if (asked.isBypassed) return this.#bypass(asked, 'bypass');
    const waiter = new PendingResponse(target.name);
    return waiter.settleWith(this.#respond(asked, waiter));
  }

  send(request: OutboundRequest, signal?: AbortSignal): Promise<UpstreamResponse> {
    return awaitResponse(this.start(request), signal);
  }

  #bypass(asked: CacheRequest, fwd: ForwardReason): PendingCall {
    const call = this.#options.target.start(asked.request);
    const finish = async () => {
      const answer = await call.response;
      await this.#invalidate(asked, answer);
      answer.addHeader(CACHE_STATUS, formatCacheStatus({ fwd }));
      return answer;
    };
    return { response: finish(), abort: () => call.abort() };
  }

  async #invalidate(asked: CacheRequest, answer: UpstreamResponse): Promise<void> {
    const { target, cache: shelf } = this.#options;
    const known = `${asked.field('x-forwarded-proto')}://${asked.field('x-forwarded-host')}`;
    for (const path of invalidatedPaths(asked.request, answer, [...target.urls, known])) {
      const key = shelf.keyOf(path);
      this.#coalescer.invalidate(key);
      await shelf.delete(key);
    }
  }

  async #respond(asked: CacheRequest, waiter: PendingResponse): Promise<UpstreamResponse> {
    const { cache: shelf, stalePolicy: grace } = this.#options;
    const key = shelf.keyOf(asked.request.path);
    const { responses: kept, state } = await shelf.get(key);
    const now = Date.now();
    const entry = selectResponse(kept, asked);
    const reuse = entry && decideReuse(entry, asked, now, grace);
    if (entry && reuse === 'behind') this.#revalidator.revalidate({ key, state }, asked, entry);
    if (entry && (reuse === 'fresh' || reuse === 'behind')) return this.#serveStored(entry, asked);
    if (asked.control.has('only-if-cached'))
      throw new Problem(notKept, 'No answer is kept that this request could have.');
    const fwd = reuse === 'stale' || reuse === 'request' ? reuse : missReason(kept, asked);
    return this.#forward({ key, state }, asked, waiter, { stored: entry, fwd });
  }

  #serveStored(entry: StoredResponse, asked: CacheRequest, more: CacheStatus = {}): UpstreamResponse {
    const now = Date.now();
    const ttl = entry.timeToLive(now);
    this.#count(asked, ttl > 0 ? 'hit' : 'stale');
    return this.#createResponse(entry, asked, formatCacheStatus({ ...more, ttl }), entry.age(now));
  }

  #createResponse(
    entry: StoredResponse,
    asked: CacheRequest,
    status: string,
    age: number | undefined,
  ): UpstreamResponse {
    const { cache: shelf } = this.#options;
    const answer = toUpstreamResponse(entry, asked, { status, age });
    // Otherwise nobody would get another until it is stale.
    answer.onInvalid = () => void shelf.remove(shelf.keyOf(asked.request.path), entry);
    return answer;
  }

  async #forward(
    place: CacheSlot,
    asked: CacheRequest,
    waiter: PendingResponse,
    had: CacheLookup,
  ): Promise<UpstreamResponse> {
    const { deadline = Number.POSITIVE_INFINITY } = asked.request;
    const known = this.#coalescer.find(asked);
    const flight = known ?? this.#coalescer.begin(place, asked, had.stored);
    waiter.release = flight.join();
    const isFirst = known === undefined;
    try {
      const landing = await waiter.withDeadline(flight.outcome, isFirst ? undefined : deadline);
      return await this.#useOutcome(landing, asked, waiter, { ...had, isFirst });
    } catch (error) {
      if (isFirst || !isFailureOfInitiator(error, flight.deadline, deadline))
        return this.#handleFailure(error, asked, had);
    }
    return this.#fetchSeparately(asked, waiter, had.fwd).catch((error) =>
      this.#handleFailure(error, asked, had),
    );
  }

  async #useOutcome(
    landing: FetchOutcome,
    asked: CacheRequest,
    waiter: PendingResponse,
    { stored: entry, fwd, isFirst }: CacheLookup & { readonly isFirst: boolean },
  ): Promise<UpstreamResponse> {
    const { response: whole, privateResponse: own, status, isStored, isConfirmed } = landing;
    if (isFailureStatus(status) && entry && this.#canServeStale(entry, asked)) {
      if (isFirst) own?.discard();
      return this.#serveStored(entry, asked, { fwd, fwdStatus: status });
    }
    // What `Vary` names may be what two that are the same otherwise differ in, as where they come from.
    if (whole && (isFirst || (landing.isShared && asked.matches(whole.selecting)))) {
      this.#count(asked, isFirst ? (isConfirmed ? 'revalidated' : 'miss') : 'shared');
      const now = Date.now();
      const said = { fwd, isStored, isCollapsed: !isFirst, ttl: whole.timeToLive(now) };
      const age = isConfirmed || whole.initialAge >= 1 ? whole.age(now) : undefined;
      return this.#createResponse(
        whole,
        asked,
        formatCacheStatus({ ...said, ...(isConfirmed && { fwdStatus: status }) }),
        age,
      );
    }
    if (!isFirst || own === undefined) return this.#fetchSeparately(asked, waiter, fwd);
    this.#count(asked, 'miss');
    own.addHeader(CACHE_STATUS, formatCacheStatus({ fwd }));
    return own;
  }

  /** What came is for nobody but who asked first: this one asks for itself. */
  async #fetchSeparately(
    asked: CacheRequest,
    waiter: PendingResponse,
    fwd: ForwardReason,
  ): Promise<UpstreamResponse> {
    waiter.release?.();
    const call = this.#options.target.start(asked.request);
    waiter.release = () => call.abort();
    if (waiter.isAborted) call.abort();
    this.#count(asked, 'miss');
    const answer = await call.response;
    answer.addHeader(CACHE_STATUS, formatCacheStatus({ fwd }));
    return answer;
  }

  /** What was fresh once goes before a failure. */
  #handleFailure(error: unknown, asked: CacheRequest, { stored: entry, fwd }: CacheLookup): UpstreamResponse {
    if (!(error instanceof Problem) || error.status < 500) throw error;
    const { type, message, extensions, headers, cause } = error;
    const isSent = !NOT_SENT.includes(type);
    if (entry && this.#canServeStale(entry, asked))
      return this.#serveStored(entry, asked, { ...(isSent && { fwd }), detail: type.code });
    const said = { [CACHE_STATUS]: formatCacheStatus({ fwd, detail: type.code }) };
    throw new Problem(type, message, { extensions, headers: { ...headers, ...said }, cause });
  }

  #canServeStale(entry: StoredResponse, asked: CacheRequest): boolean {
    return canServeStaleOnError(entry, asked, Date.now(), this.#options.stalePolicy);
  }

  #count({ request: { stats: tally } }: CacheRequest, outcome: CacheOutcome): void {
    this.#options.statistics.count(outcome);
    if (tally !== undefined && tally.cache === '') tally.cache = outcome;
  }
}

/** What there was when a request went on, and why it did. */
interface CacheLookup {
  readonly stored: StoredResponse | undefined;
  readonly fwd: ForwardReason;
}

/** Whether who asked first failed for a reason of its own: it had less time and has none left, or may not call now. */
const isFailureOfInitiator = (error: unknown, deadlineOfFirst: number, deadline: number): boolean => {
  if (!(error instanceof Problem)) return false;
  const now = performance.now();
  const isLate = error.type === upstreamTimeout && deadlineOfFirst - now <= SLACK && now < deadline;
  return isLate || error.type === circuitOpen;
};

const missReason = (kept: readonly StoredResponse[], asked: CacheRequest): ForwardReason => {
  if (kept.length === 0) return 'uri-miss';
  return kept.some(({ selecting }) => asked.matches(selecting)) ? 'miss' : 'vary-miss';
};
