/** One call to a service for all identical requests that arrive during it. It ends when the last of them is given up. */
import type { UpstreamResponse } from '../call/upstream-response.ts';
import type { CacheEntry } from './store/store.ts';
import type { StoredResponse } from './stored-response.ts';

export interface FetchOutcome {
  /** The response with its whole body; undefined where the body was not read. */
  readonly response?: StoredResponse | undefined;
  /** Whether all waiting requests may have the response; otherwise each of them has to call the service itself. */
  readonly isShared: boolean;
  readonly isStored: boolean;
  /** Whether the service confirmed the stored response (304). */
  readonly isConfirmed: boolean;
  /** The status with which the service responded. */
  readonly status: number;
  /** The response for the request that began the fetch, where no other request may have it. */
  readonly privateResponse?: UpstreamResponse | undefined;
}

/** Where the cache stores the response of a fetch. */
export interface CacheSlot {
  readonly key: string;
  /** The state of the cache entry when the fetch began. */
  readonly state: CacheEntry['state'];
}

export class InFlightFetch {
  readonly slot: CacheSlot;
  readonly outcome: Promise<FetchOutcome>;
  /** The deadline of the request that began the fetch, of `performance.now()`. */
  readonly deadline: number;
  /** Whether the resource was changed during the fetch, so that the response is not stored. */
  isOutdated = false;
  /** Whether other requests joined the one that began the fetch. */
  isShared = false;
  /** Called when no request waits for the fetch any more. */
  onAbandoned: () => void = () => {};
  #waiting = 0;
  #hasInitiator = false;

  constructor(slot: CacheSlot, deadline: number, fetch: (self: InFlightFetch) => Promise<FetchOutcome>) {
    this.slot = slot;
    this.deadline = deadline;
    this.outcome = fetch(this);
  }

  /** @returns a function that leaves the fetch */
  join(): () => void {
    this.isShared = this.#hasInitiator;
    this.#hasInitiator = true;
    this.#waiting += 1;
    let isJoined = true;
    return () => {
      if (!isJoined) return;
      isJoined = false;
      this.#waiting -= 1;
      if (this.#waiting === 0) this.onAbandoned();
    };
  }
}
