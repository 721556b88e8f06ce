/**
 * A service with a shared cache in front of it (RFC 9111). A stored response costs the service nothing: no place in its
 * bulkhead, no retry, and no trial of its circuit breaker. The cache stores responses as the service sent them, so that
 * the gateway processes stored and new responses in the same way.
 *
 * Each response says in `Cache-Status` (RFC 9211) what the cache did. GET and HEAD requests are served from the cache;
 * unsafe methods invalidate what is stored (§4.4). Requests with `Range`, `If-Match`, `no-store` or a body bypass it.
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

/** The result of a lookup in the cache for a request that is forwarded, and why it is. */
interface CacheLookup {
  readonly stored: StoredResponse | undefined;
  readonly fwd: ForwardReason;
}

/** A call that is given up for lack of time ends up to so many milliseconds before its deadline. */
const SLACK = 20;

/** Problems of calls that sent nothing, so that a stored response is a hit (RFC 9211 §2.1). */
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

  start(outboundRequest: OutboundRequest): PendingCall {
    const { target, credentials } = this.#options;
    const request = new CacheRequest(outboundRequest, credentials);
    if (!request.isCacheableMethod) return this.#bypass(request, 'method');
    if (request.isBypassed) return this.#bypass(request, 'bypass');
    const pending = new PendingResponse(target.name);
    return pending.settleWith(this.#respond(request, pending));
  }

  send(request: OutboundRequest, signal?: AbortSignal): Promise<UpstreamResponse> {
    return awaitResponse(this.start(request), signal);
  }

  #bypass(request: CacheRequest, fwd: ForwardReason): PendingCall {
    const call = this.#options.target.start(request.request);
    const finish = async () => {
      const response = await call.response;
      await this.#invalidate(request, response);
      response.addHeader(CACHE_STATUS, formatCacheStatus({ fwd }));
      return response;
    };
    return { response: finish(), abort: () => call.abort() };
  }

  async #invalidate(request: CacheRequest, response: UpstreamResponse): Promise<void> {
    const { target, cache } = this.#options;
    const publicOrigin = `${request.field('x-forwarded-proto')}://${request.field('x-forwarded-host')}`;
    for (const path of invalidatedPaths(request.request, response, [...target.urls, publicOrigin])) {
      const key = cache.keyOf(path);
      this.#coalescer.invalidate(key);
      await cache.delete(key);
    }
  }

  async #respond(request: CacheRequest, pending: PendingResponse): Promise<UpstreamResponse> {
    const { cache, stalePolicy } = this.#options;
    const key = cache.keyOf(request.request.path);
    const { responses, state } = await cache.get(key);
    const now = Date.now();
    const stored = selectResponse(responses, request);
    const reuse = stored && decideReuse(stored, request, now, stalePolicy);
    if (stored && reuse === 'revalidate') this.#revalidator.revalidate({ key, state }, request, stored);
    if (stored && (reuse === 'fresh' || reuse === 'revalidate')) return this.#serveStored(stored, request);
    if (request.control.has('only-if-cached'))
      throw new Problem(notKept, 'The cache has no stored response for this request.');
    const fwd = reuse === 'stale' || reuse === 'request' ? reuse : missReason(responses, request);
    return this.#forward({ key, state }, request, pending, { stored, fwd });
  }

  #serveStored(stored: StoredResponse, request: CacheRequest, status: CacheStatus = {}): UpstreamResponse {
    const now = Date.now();
    const ttl = stored.timeToLive(now);
    this.#count(request, ttl > 0 ? 'hit' : 'stale');
    return this.#createResponse(stored, request, formatCacheStatus({ ...status, ttl }), stored.age(now));
  }

  #createResponse(
    stored: StoredResponse,
    request: CacheRequest,
    cacheStatus: string,
    age: number | undefined,
  ): UpstreamResponse {
    const { cache } = this.#options;
    const response = toUpstreamResponse(stored, request, { cacheStatus, age });
    // Without this, all requests would get the invalid response until it is stale.
    response.onInvalid = () => void cache.remove(cache.keyOf(request.request.path), stored);
    return response;
  }

  async #forward(
    slot: CacheSlot,
    request: CacheRequest,
    pending: PendingResponse,
    lookup: CacheLookup,
  ): Promise<UpstreamResponse> {
    const { deadline = Number.POSITIVE_INFINITY } = request.request;
    const inFlight = this.#coalescer.find(request);
    const fetch = inFlight ?? this.#coalescer.begin(slot, request, lookup.stored);
    pending.release = fetch.join();
    const isInitiator = inFlight === undefined;
    try {
      const outcome = await pending.withDeadline(fetch.outcome, isInitiator ? undefined : deadline);
      return await this.#useOutcome(outcome, request, pending, { ...lookup, isInitiator });
    } catch (error) {
      if (isInitiator || !isFailureOfInitiator(error, fetch.deadline, deadline))
        return this.#handleFailure(error, request, lookup);
    }
    return this.#fetchSeparately(request, pending, lookup.fwd).catch((error) =>
      this.#handleFailure(error, request, lookup),
    );
  }

  async #useOutcome(
    outcome: FetchOutcome,
    request: CacheRequest,
    pending: PendingResponse,
    { stored, fwd, isInitiator }: CacheLookup & { readonly isInitiator: boolean },
  ): Promise<UpstreamResponse> {
    const { response, privateResponse, status, isShared, isStored, isConfirmed } = outcome;
    if (isFailureStatus(status) && stored && this.#canServeStale(stored, request)) {
      if (isInitiator) privateResponse?.discard();
      return this.#serveStored(stored, request, { fwd, fwdStatus: status });
    }
    // Identical requests can still differ in a field that `Vary` names, such as the address of their client.
    if (response && (isInitiator || (isShared && request.matches(response.selecting)))) {
      this.#count(request, isInitiator ? (isConfirmed ? 'revalidated' : 'miss') : 'shared');
      const now = Date.now();
      const cacheStatus = formatCacheStatus({
        fwd,
        isStored,
        isCollapsed: !isInitiator,
        ttl: response.timeToLive(now),
        fwdStatus: isConfirmed ? status : undefined,
      });
      const age = isConfirmed || response.initialAge >= 1 ? response.age(now) : undefined;
      return this.#createResponse(response, request, cacheStatus, age);
    }
    if (!isInitiator || privateResponse === undefined) return this.#fetchSeparately(request, pending, fwd);
    this.#count(request, 'miss');
    privateResponse.addHeader(CACHE_STATUS, formatCacheStatus({ fwd }));
    return privateResponse;
  }

  /** Calls the service for this request alone, where it may not have the response to an identical request. */
  async #fetchSeparately(
    request: CacheRequest,
    pending: PendingResponse,
    fwd: ForwardReason,
  ): Promise<UpstreamResponse> {
    pending.release?.();
    const call = this.#options.target.start(request.request);
    pending.release = () => call.abort();
    if (pending.isAborted) call.abort();
    this.#count(request, 'miss');
    const response = await call.response;
    response.addHeader(CACHE_STATUS, formatCacheStatus({ fwd }));
    return response;
  }

  /** Serves a stale response instead of a failure where that is allowed. */
  #handleFailure(error: unknown, request: CacheRequest, { stored, fwd }: CacheLookup): UpstreamResponse {
    if (!(error instanceof Problem) || error.status < 500) throw error;
    const { type, message, extensions, headers, cause } = error;
    const isSent = !NOT_SENT.includes(type);
    if (stored && this.#canServeStale(stored, request)) {
      return this.#serveStored(stored, request, { fwd: isSent ? fwd : undefined, detail: type.code });
    }
    const cacheStatus = formatCacheStatus({ fwd, detail: type.code });
    throw new Problem(type, message, {
      extensions,
      headers: { ...headers, [CACHE_STATUS]: cacheStatus },
      cause,
    });
  }

  #canServeStale(stored: StoredResponse, request: CacheRequest): boolean {
    return canServeStaleOnError(stored, request, Date.now(), this.#options.stalePolicy);
  }

  #count({ request: { stats } }: CacheRequest, outcome: CacheOutcome): void {
    this.#options.statistics.count(outcome);
    if (stats !== undefined && stats.cache === '') stats.cache = outcome;
  }
}

/** Whether a fetch failed for a reason of the request that began it: its shorter deadline, or its open circuit. */
const isFailureOfInitiator = (error: unknown, initiatorDeadline: number, deadline: number): boolean => {
  if (!(error instanceof Problem)) return false;
  const now = performance.now();
  const isExpired = error.type === upstreamTimeout && initiatorDeadline - now <= SLACK && now < deadline;
  return isExpired || error.type === circuitOpen;
};

const missReason = (responses: readonly StoredResponse[], request: CacheRequest): ForwardReason => {
  if (responses.length === 0) return 'uri-miss';
  return responses.some(({ selecting }) => request.matches(selecting)) ? 'miss' : 'vary-miss';
};
