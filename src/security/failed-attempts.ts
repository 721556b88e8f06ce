/**
 * Limits how many credentials of one client address are verified, once a verification for it has failed. Verifications
 * cost CPU time that anybody can cause with made-up credentials. Addresses that never failed are never in the table, and
 * cost one lookup.
 *
 * Each address in the table has a token bucket (as GCRA keeps it, in one number). A verification that succeeds gives its
 * token back, so that valid clients behind a shared address do not use it up.
 */

export interface FailedAttemptsOptions {
  /** The most failed verifications of one address in any second: 2 or more. */
  readonly perSecond?: number | undefined;
  /** The most addresses in the table. */
  readonly maxAddresses?: number | undefined;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: (() => number) | undefined;
}

interface Attempts {
  /** When the bucket is full again, which is the theoretical arrival time of GCRA. */
  fullAt: number;
  failedAt: number;
}

/** An address is forgotten this many milliseconds after its last failure. */
const FORGET_AFTER = 60_000;

export class FailedAttempts {
  readonly #now: () => number;
  readonly #maxAddresses: number;
  /** Milliseconds in which one token is refilled. */
  readonly #interval: number;
  /** Milliseconds in which an empty bucket is refilled. */
  readonly #capacity: number;
  /** By address, in the order of the last failures. */
  readonly #addresses = new Map<string, Attempts>();

  constructor({
    perSecond = 200,
    maxAddresses = 100_000,
    now = () => performance.now(),
  }: FailedAttemptsOptions = {}) {
    // Half of the limit as a burst, and half as the rate, so that no second has more than the limit.
    const burst = Math.ceil(perSecond / 2);
    this.#interval = 1000 / Math.max(1, perSecond - burst);
    this.#capacity = burst * this.#interval;
    this.#maxAddresses = maxAddresses;
    this.#now = now;
  }

  /** The number of addresses that failed of late. */
  get size(): number {
    return this.#addresses.size;
  }

  /**
   * Takes a token for a verification.
   * @param address of the client, as `clientOf` determines it
   * @returns 0, or the seconds to wait if nothing may be verified now
   */
  begin(address: string): number {
    const attempts = this.#addresses.get(address);
    if (attempts === undefined) return 0;
    const now = this.#now();
    if (now - attempts.failedAt >= FORGET_AFTER) {
      this.#addresses.delete(address);
      return 0;
    }
    const fullAt = Math.max(attempts.fullAt, now) + this.#interval;
    const wait = fullAt - now - this.#capacity;
    if (wait > TOLERANCE) return Math.max(1, Math.ceil(wait / 1000));
    attempts.fullAt = fullAt;
    return 0;
  }

  /** Records that a verification failed that `begin` has admitted. */
  fail(address: string): void {
    const now = this.#now();
    const known = this.#addresses.get(address);
    this.#addresses.delete(address);
    if (known === undefined) this.#makeRoom(now);
    // The first failure was admitted without a token.
    const fullAt = known?.fullAt ?? now + this.#interval;
    this.#addresses.set(address, { fullAt, failedAt: now });
  }

  /** Gives the token back of a verification that succeeded, or that was not decided. */
  succeed(address: string): void {
    const attempts = this.#addresses.get(address);
    if (attempts !== undefined) attempts.fullAt -= this.#interval;
  }

  /** Removes addresses whose failures are long ago, and the one that failed the longest ago if the table is full. */
  #makeRoom(now: number): void {
    for (const [address, { failedAt }] of this.#addresses) {
      const isOld = now - failedAt >= FORGET_AFTER;
      if (!isOld && this.#addresses.size < this.#maxAddresses) return;
      this.#addresses.delete(address);
    }
  }
}

/** Milliseconds by which sums of fractions may be off. */
const TOLERANCE = 1e-6;
