/** Asks about what is kept and stale while it is given (RFC 5861 §3): once for a resource, and not for too many at once. */
import { Asked, type CredentialPlaces } from './cache-request.ts';
import type { Place } from './in-flight-request.ts';
import type { Flights } from './request-coalescing.ts';
import type { Stored } from './stored-response.ts';

/** Resources that are asked about at once; what is kept of more is given, and asked about by a later request. */
const MOST = 32;

export class Behind {
  readonly #flights: Flights;
  readonly #credentials: CredentialPlaces;
  readonly #asking = new Set<string>();

  constructor(flights: Flights, credentials: CredentialPlaces) {
    this.#flights = flights;
    this.#credentials = credentials;
  }

  /** Nothing of it reaches the caller that is given what is kept, and that caller's deadline is not its own. */
  ask(place: Place, { request: { method, path, headers, operationId, client } }: Asked, entry: Stored): void {
    const { key } = place;
    if (this.#asking.has(key) || this.#asking.size >= MOST) return;
    this.#asking.add(key);
    const asked = new Asked({ method, path, headers, operationId, client }, this.#credentials);
    const flight = this.#flights.of(asked) ?? this.#flights.begin(place, asked, entry);
    flight.join();
    flight.landing
      .then(({ own }) => own?.discard())
      // Who is given what is kept learns of it when that is too old.
      .catch(() => {})
      .finally(() => this.#asking.delete(key));
  }
}
