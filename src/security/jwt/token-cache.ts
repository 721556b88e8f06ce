/**
 * Verified tokens, by the hash of their text. Refused ones are not stored, because anybody can send as many as they like.
 * The cache is bounded in entries and bytes; the oldest entry is removed first.
 */
import type { Identity } from '../verifier.ts';
import type { VerificationKey } from './verification-key.ts';

interface Entry {
  readonly identity: Identity;
  /** The key that verified the token. */
  readonly key: VerificationKey;
  readonly until: number;
  readonly bytes: number;
}

export interface TokenCacheLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Milliseconds. */
  readonly maxAge: number;
}

const LIMITS: TokenCacheLimits = { maxEntries: 10_000, maxBytes: 64 * 1024 ** 2, maxAge: 300_000 };

/** Parsed claims take up several times the memory of their text. */
const BYTES_PER_CHARACTER = 6;
const BYTES_PER_ENTRY = 500;

export class TokenCache {
  readonly #limits: TokenCacheLimits;
  /** A map keeps the order of its keys, so the first one is the oldest. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(limits = LIMITS) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(hash: string, now: number): Identity | undefined {
    const entry = this.#entries.get(hash);
    if (entry === undefined) return undefined;
    if (now < entry.until && !entry.key.isRevoked) return entry.identity;
    this.#delete(hash, entry);
    return undefined;
  }

  /** @param length the number of characters of the token */
  set(hash: string, identity: Identity, key: VerificationKey, length: number, now: number): void {
    const { maxEntries, maxBytes, maxAge } = this.#limits;
    const bytes = BYTES_PER_ENTRY + length * BYTES_PER_CHARACTER;
    const former = this.#entries.get(hash);
    if (former !== undefined) this.#delete(hash, former);
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size < maxEntries && this.#bytes + bytes <= maxBytes) break;
      this.#delete(oldest, entry);
    }
    const until = Math.min(identity.expiresAt, now + maxAge);
    this.#entries.set(hash, { identity, key, until, bytes });
    this.#bytes += bytes;
  }

  /** Removes the tokens of keys that the issuer has removed. */
  deleteRevoked(): void {
    for (const [hash, entry] of this.#entries) if (entry.key.isRevoked) this.#delete(hash, entry);
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #delete(hash: string, entry: Entry): void {
    this.#entries.delete(hash);
    this.#bytes -= entry.bytes;
  }
}
