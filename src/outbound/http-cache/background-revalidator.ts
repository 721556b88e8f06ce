/** Asks about what is kept and stale while it is given (RFC 5861 §3): once for a resource, and not for too many at once. */
import { CacheRequest, type CredentialPlaces } from './cache-request.ts';
import type { CacheSlot } from './in-flight-fetch.ts';
import type { RequestCoalescer } from './request-coalescer.ts';
import type { StoredResponse } from './stored-response.ts';

/** Resources that are asked about at once; what is kept of more is given, and asked about by a later request. */
const MAX_CONCURRENT = 32;

export class BackgroundRevalidator {
  readonly #coalescer: RequestCoalescer;
  readonly #credentials: CredentialPlaces;
  readonly #revalidating = new Set<string>();

  constructor(flights: RequestCoalescer, credentials: CredentialPlaces) {
    this.#coalescer = flights;
    this.#credentials = credentials;
  }

  /** Nothing of it reaches the caller that is given what is kept, and that caller's deadline is not its own. */
  revalidate(
    place: CacheSlot,
    { request: { method, path, headers, operationId, client } }: CacheRequest,
    entry: StoredResponse,
  ): void {
    const { key } = place;
    if (this.#revalidating.has(key) || this.#revalidating.size >= MAX_CONCURRENT) return;
    this.#revalidating.add(key);
    const asked = new CacheRequest({ method, path, headers, operationId, client }, this.#credentials);
    const flight = this.#coalescer.find(asked) ?? this.#coalescer.begin(place, asked, entry);
    flight.join();
    flight.outcome
      .then(({ privateResponse: own }) => own?.discard())
      // Who is given what is kept learns of it when that is too old.
      .catch(() => {})
      .finally(() => this.#revalidating.delete(key));
  }
}
