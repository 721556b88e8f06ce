/** Validates stale responses in the background after they were used (RFC 5861 §3): each resource once at a time. */
import { CacheRequest, type CredentialPlaces } from './cache-request.ts';
import type { CacheSlot } from './in-flight-fetch.ts';
import type { RequestCoalescer } from './request-coalescer.ts';
import type { StoredResponse } from './stored-response.ts';

/** Resources that are revalidated at the same time; others are revalidated after a later request. */
const MAX_CONCURRENT = 32;

export class BackgroundRevalidator {
  readonly #coalescer: RequestCoalescer;
  readonly #credentials: CredentialPlaces;
  readonly #revalidating = new Set<string>();

  constructor(coalescer: RequestCoalescer, credentials: CredentialPlaces) {
    this.#coalescer = coalescer;
    this.#credentials = credentials;
  }

  /** Sends the request again, without the deadline and the statistics of the client that has its response already. */
  revalidate(
    slot: CacheSlot,
    { request: { method, path, headers, operationId, client, caller } }: CacheRequest,
    stored: StoredResponse,
  ): void {
    const { key } = slot;
    if (this.#revalidating.has(key) || this.#revalidating.size >= MAX_CONCURRENT) return;
    this.#revalidating.add(key);
    const request = new CacheRequest(
      { method, path, headers, operationId, client, caller },
      this.#credentials,
    );
    const fetch = this.#coalescer.find(request) ?? this.#coalescer.begin(slot, request, stored);
    fetch.join();
    fetch.outcome
      .then(({ privateResponse }) => privateResponse?.discard())
      // A failure concerns clients only when the stored response is too old for them, and then they get it themselves.
      .catch(() => {})
      .finally(() => this.#revalidating.delete(key));
  }
}
