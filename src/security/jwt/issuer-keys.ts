/**
 * Holds the keys of an issuer, and fetches them in the background before they are old. Neither a start nor a token with a
 * known key waits for a fetch. While the issuer does not respond, or responds with nonsense, the keys stay for a day by
 * default. A key that is missing in a good set is revoked at once.
 *
 * A token with an unknown key id may be signed with a new key, so it causes a fetch: one for all that wait, and at most
 * one in each cooldown. Ids that the issuer does not have are remembered, so that they do not cause another one.
 *
 * Times are those of `performance.now()`, so that a corrected clock neither ends keys nor prolongs a cooldown.
 */
import { createHash } from 'node:crypto';
import type { JwtAlgorithm, JwtScheme } from '../../config/policies/jwt-scheme.ts';
import { fetchJson } from '../../outbound/fetch-json.ts';
import { type Found, findKey, readKeySet } from './key-set.ts';
import { discoverKeySet } from './metadata.ts';
import { RecentIds } from './recent-ids.ts';
import type { VerificationKey } from './verification-key.ts';

export type IssuerKeysOptions = Pick<JwtScheme, 'issuer' | 'jwksUri' | 'algorithms' | 'maxRsaBits' | 'keys'>;

/** What happens to the keys. */
export interface IssuerKeysEvents {
  /** Tokens that were verified with these keys are invalid. */
  readonly onRevoked: () => void;
  /** The keys can be fetched again, or no longer. It is called for changes only. */
  readonly onFault: (reason: string | undefined) => void;
  /** Keys of a new set that are not used, with the reasons. */
  readonly onRefusedKeys: (reasons: readonly string[]) => void;
}

export interface IssuerKeysSnapshot {
  readonly keys: number;
  /** When the current set was fetched, in milliseconds since 1970. */
  readonly fetchedAt: number | undefined;
  /** Why the last fetch failed. */
  readonly failure: string | undefined;
  readonly fetches: number;
  readonly failures: number;
}

type FetchOutcome = 'fetched' | 'failed';

const ACCEPT = 'application/jwk-set+json, application/json;q=0.9';
const RENEW_AT = 0.8;
/** The first delay after a failure where there are no keys. */
const FIRST_RETRY = 1_000;
/** The URL from the metadata is looked up again after this time, because it may change. */
const METADATA_AGE = 3_600_000;
/** Refused keys that are told. */
const MAX_TOLD = 20;
/** Requests that wait for a fetch at the same time. */
const MAX_WAITING = 1_000;

export class IssuerKeys {
  readonly #options: IssuerKeysOptions;
  readonly #events: IssuerKeysEvents;
  readonly #closing = new AbortController();
  readonly #unknownIds = new RecentIds();
  #keys: readonly VerificationKey[] = [];
  #fetchedAt: number | undefined;
  /** The time after which the keys are too old. */
  #endsAt = 0;
  #failure: string | undefined;
  /** Failures in a row. */
  #failuresInRow = 0;
  #refusals = '';
  #fetching: Promise<FetchOutcome> | undefined;
  #fetchStartedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #nextFetchAt = 0;
  #cooldownUntil = 0;
  #waiting = 0;
  #discovered: { readonly url: string; readonly until: number } | undefined;
  #fetches = 0;
  #failures = 0;

  constructor(options: IssuerKeysOptions, events: IssuerKeysEvents) {
    this.#options = options;
    this.#events = events;
    void this.#fetch();
  }

  /** Whether there are keys that are not too old. */
  isUsable(): boolean {
    if (performance.now() < this.#endsAt) return true;
    if (this.#keys.length > 0) this.#expire();
    return false;
  }

  find(id: string | undefined, algorithm: JwtAlgorithm): Found {
    return findKey(this.#keys, id, algorithm);
  }

  /**
   * Waits until there are keys, if a fetch is running.
   * @returns undefined if no fetch is running, or too many requests wait for it
   */
  arrival(): Promise<unknown> | undefined {
    if (this.#fetching === undefined || this.#waiting >= MAX_WAITING) return undefined;
    return this.#wait(this.#fetching);
  }

  /**
   * Fetches the keys again for a token whose key is unknown.
   * @param id the key id, if the token has one
   * @returns undefined where a fetch is not due, or known to be of no use
   */
  refresh(id: string | undefined): Promise<unknown> | undefined {
    const now = performance.now();
    if (id !== undefined && this.#unknownIds.has(id, now)) return undefined;
    if (this.#waiting >= MAX_WAITING) return undefined;
    if (this.#fetching === undefined) {
      if (now < this.#cooldownUntil) return undefined;
      this.#cooldownUntil = now + this.#options.keys.cooldown;
    }
    // A fetch that was running before the token came may miss a newer key.
    const isLate = this.#fetching !== undefined && this.#fetchStartedAt < now;
    return this.#wait(this.#fetch()).then((outcome) => {
      const isMissing = id !== undefined && !this.#keys.some((key) => key.id === id);
      if (outcome === 'fetched' && isMissing && !isLate) this.#unknownIds.add(id, performance.now());
    });
  }

  /** Seconds until the next fetch. */
  retryAfter(): number {
    return Math.max(1, Math.ceil((this.#nextFetchAt - performance.now()) / 1000));
  }

  /** Why there are no keys. */
  fault(): string | undefined {
    if (this.isUsable()) return undefined;
    return `there are no keys of the issuer: ${this.#failure ?? 'they are being fetched'}`;
  }

  snapshot(): IssuerKeysSnapshot {
    return {
      keys: this.#keys.length,
      fetchedAt: this.#fetchedAt,
      failure: this.#failure,
      fetches: this.#fetches,
      failures: this.#failures,
    };
  }

  close(): void {
    this.#closing.abort();
    clearTimeout(this.#timer);
  }

  async #wait(fetching: Promise<FetchOutcome>): Promise<FetchOutcome> {
    this.#waiting += 1;
    try {
      return await fetching;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Fetches the keys, or joins the fetch that is running. It never rejects. */
  #fetch(): Promise<FetchOutcome> {
    if (this.#closing.signal.aborted) return Promise.resolve('failed');
    this.#fetching ??= this.#fetchOnce();
    return this.#fetching;
  }

  async #fetchOnce(): Promise<FetchOutcome> {
    clearTimeout(this.#timer);
    this.#fetchStartedAt = performance.now();
    this.#fetches += 1;
    let outcome: FetchOutcome = 'fetched';
    try {
      const url = await this.#keySetUrl();
      const document = await fetchJson(url, { accept: ACCEPT, signal: this.#closing.signal });
      this.#adopt(readKeySet(document, this.#options));
    } catch (error) {
      outcome = 'failed';
      this.#fail((error as Error).message);
    }
    this.#fetching = undefined;
    if (!this.#closing.signal.aborted) this.#schedule();
    return outcome;
  }

  async #keySetUrl(): Promise<string> {
    const { issuer, jwksUri } = this.#options;
    if (jwksUri !== undefined) return jwksUri;
    if (this.#discovered === undefined || performance.now() >= this.#discovered.until) {
      const url = await discoverKeySet(issuer, this.#closing.signal);
      this.#discovered = { url, until: performance.now() + METADATA_AGE };
    }
    return this.#discovered.url;
  }

  #adopt({ keys, refusals }: ReturnType<typeof readKeySet>): void {
    const former = new Map(this.#keys.map((key) => [key.fingerprint, key]));
    this.#keys = keys.map((key) => former.get(key.fingerprint) ?? key);
    for (const key of this.#keys) former.delete(key.fingerprint);
    this.#revoke([...former.values()]);
    this.#fetchedAt = Date.now();
    this.#endsAt = performance.now() + this.#options.keys.staleFor;
    this.#failuresInRow = 0;
    if (this.#failure !== undefined) this.#events.onFault(undefined);
    this.#failure = undefined;
    this.#tellRefusals(refusals);
  }

  /** Tells each list of refusals once, although the set is fetched again and again. */
  #tellRefusals(refusals: readonly string[]): void {
    const digest = createHash('sha256').update(refusals.join('\n')).digest('base64');
    if (refusals.length > 0 && digest !== this.#refusals)
      this.#events.onRefusedKeys(refusals.slice(0, MAX_TOLD));
    this.#refusals = digest;
  }

  #fail(reason: string): void {
    if (this.#closing.signal.aborted) return;
    this.#failures += 1;
    this.#failuresInRow += 1;
    this.#discovered = undefined;
    const isNew = this.#failure !== reason;
    this.#failure = reason;
    if (isNew) this.#events.onFault(reason);
  }

  /** Drops keys that could not be fetched again for too long. */
  #expire(): void {
    this.#revoke(this.#keys);
    this.#keys = [];
    void this.#fetch();
  }

  #revoke(keys: readonly VerificationKey[]): void {
    for (const key of keys) key.isRevoked = true;
    if (keys.length > 0) this.#events.onRevoked();
  }

  #schedule(): void {
    const delay = this.#delay() * (0.75 + Math.random() / 4);
    this.#nextFetchAt = performance.now() + delay;
    this.#timer = setTimeout(() => void this.#fetch(), delay).unref();
  }

  /** Until the next fetch, before jitter. With keys there is no hurry, so a failing issuer is spared. */
  #delay(): number {
    const { every, cooldown } = this.#options.keys;
    if (this.#failuresInRow === 0) return every * RENEW_AT;
    const doubled = 2 ** Math.min(this.#failuresInRow - 1, 20);
    return this.#keys.length > 0
      ? Math.min(cooldown * doubled, every * RENEW_AT)
      : Math.min(FIRST_RETRY * doubled, cooldown);
  }
}
