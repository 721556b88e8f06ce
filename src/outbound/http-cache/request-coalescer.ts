/** Makes the calls to a service for its cache, one for all identical requests, and stores their responses. */
import { fieldOf } from '../../http/headers/raw-headers.ts';
import { truncatedBody } from '../call/to-problem.ts';
import type { OutboundRequest } from '../call/types.ts';
import type { UpstreamResponse } from '../call/upstream-response.ts';
import type { Upstream } from '../upstream.ts';
import type { CacheRequest } from './cache-request.ts';
import { type CacheSlot, type FetchOutcome, InFlightFetch } from './in-flight-fetch.ts';
import type { ServiceCache } from './service-cache.ts';
import { decideStorage, decideStorageOfUpdate, toStoredResponse } from './storability.ts';
import type { ExchangeTiming, StoredResponse } from './stored-response.ts';
import { isConfirmedBy, isSameBody, toConditionalRequest, updateStoredResponse } from './validation.ts';

interface FetchTask {
  readonly request: CacheRequest;
  /** The stored response that the fetch may confirm or replace. */
  readonly stored: StoredResponse | undefined;
  readonly fetch: InFlightFetch;
}

export class RequestCoalescer {
  readonly #target: Upstream;
  readonly #cache: ServiceCache;
  readonly #inFlight = new Map<string, InFlightFetch>();

  constructor(target: Upstream, cache: ServiceCache) {
    this.#target = target;
    this.#cache = cache;
  }

  /** Finds a fetch for an identical request. */
  find({ identity }: CacheRequest): InFlightFetch | undefined {
    return this.#inFlight.get(identity);
  }

  /** @param stored a stored response that the service may confirm */
  begin(slot: CacheSlot, request: CacheRequest, stored: StoredResponse | undefined): InFlightFetch {
    const { deadline = Number.POSITIVE_INFINITY } = request.request;
    const sent = stored?.hasValidator ? toConditionalRequest(request.request, stored) : request.request;
    const fetch = new InFlightFetch(slot, deadline, (self) =>
      this.#fetch(sent, { request, stored, fetch: self }),
    );
    this.#inFlight.set(request.identity, fetch);
    return fetch;
  }

  /** Marks the fetches of a changed resource as outdated, since they may bring its old representation. */
  invalidate(key: string): void {
    for (const [identity, fetch] of this.#inFlight) {
      if (fetch.slot.key !== key) continue;
      fetch.isOutdated = true;
      this.#inFlight.delete(identity);
    }
  }

  async #fetch(sent: OutboundRequest, task: FetchTask): Promise<FetchOutcome> {
    const { request, stored, fetch } = task;
    const close = () => {
      if (this.#inFlight.get(request.identity) === fetch) this.#inFlight.delete(request.identity);
    };
    const sentAt = Date.now();
    const call = this.#target.start(sent);
    fetch.onAbandoned = () => {
      close();
      call.abort();
    };
    try {
      const response = await call.response;
      const timing = { sentAt, receivedAt: Date.now() };
      const isNotModified = response.status === 304 && stored !== undefined && sent !== request.request;
      return await (isNotModified
        ? this.#handleNotModified(response, { request, stored, fetch }, timing)
        : this.#handleResponse(response, task, timing));
    } finally {
      close();
    }
  }

  async #handleNotModified(
    response: UpstreamResponse,
    { request, stored, fetch }: FetchTask & { readonly stored: StoredResponse },
    timing: ExchangeTiming,
  ): Promise<FetchOutcome> {
    const { key, state } = fetch.slot;
    response.discard();
    const updated = updateStoredResponse(stored, response, request, timing);
    const { control } = updated;
    const isConfirmed = isConfirmedBy(response, stored);
    const decision = decideStorageOfUpdate(updated, request);
    const isStored = isConfirmed && decision.isStored && !fetch.isOutdated;
    // A 304 that concerns this client alone says nothing about what is stored for others.
    const isForClientAlone =
      fieldOf(updated.headers, 'set-cookie') !== undefined || (request.hasCredentials && !updated.isPublic);
    const mayStay = isConfirmed && !fetch.isOutdated && !control.has('no-store') && !control.has('private');
    if (isStored) await this.#cache.put(key, updated, state, stored);
    else if (!mayStay || !isForClientAlone) await this.#cache.remove(key, stored);
    // The 304 is about a representation that is not stored here.
    if (!isConfirmed) return { isStored, isConfirmed: false, isShared: false, status: 304 };
    return { response: updated, isStored, isConfirmed: true, isShared: decision.isShared, status: 304 };
  }

  async #handleResponse(
    response: UpstreamResponse,
    { request, stored, fetch }: FetchTask,
    timing: ExchangeTiming,
  ): Promise<FetchOutcome> {
    const { status } = response;
    const { key, state } = fetch.slot;
    const decision = decideStorage(response, request);
    if (stored && !decision.isStored && status < 500)
      await this.#updateOrRemove(response, stored, request, fetch, timing);
    const isBodyNeeded = (decision.isStored && !fetch.isOutdated) || (decision.isShared && fetch.isShared);
    const body = isBodyNeeded ? await this.#readBody(response) : undefined;
    if (body === undefined) {
      return { isStored: false, isConfirmed: false, isShared: false, status, privateResponse: response };
    }
    const received = toStoredResponse(response, body, request, timing);
    // The resource may have been changed while the body arrived.
    const isStored = decision.isStored && !fetch.isOutdated;
    if (isStored) await this.#cache.put(key, received, state);
    return { response: received, isStored, isConfirmed: false, isShared: decision.isShared, status };
  }

  /** Uses a head without a body to confirm or to remove the stored response (RFC 9111 §4.3.5). */
  async #updateOrRemove(
    response: UpstreamResponse,
    stored: StoredResponse,
    request: CacheRequest,
    { slot: { key, state }, isOutdated }: InFlightFetch,
    timing: ExchangeTiming,
  ): Promise<void> {
    const isSame = request.isHead && response.status === stored.status && isSameBody(response, stored);
    const updated = updateStoredResponse(stored, response, request, timing);
    if (isSame && !isOutdated && decideStorageOfUpdate(updated, request).isStored)
      await this.#cache.put(key, updated, state, stored);
    else await this.#cache.remove(key, stored);
  }

  async #readBody(response: UpstreamResponse): Promise<Buffer | undefined> {
    try {
      return await response.peek(this.#cache.maxBodyBytes);
    } catch (cause) {
      throw truncatedBody(cause);
    }
  }
}
