/**
 * Verifies the user names and passwords of Basic authentication (RFC 7617) by the hashes of a file. A verified password is
 * remembered for a while, because hashing takes about 0.2 s.
 *
 * Unknown users take as long as known ones: their password is hashed too, with the parameters of a user who is chosen by
 * a secret of this process, always the same one for a name.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { ApiKeyScheme } from '../../config/policies/api-key-scheme.ts';
import { FileVerifier } from '../file-verifier.ts';
import { sha256 } from '../sha256.ts';
import type { Identity, Unavailable, Verification, Verifier } from '../verifier.ts';
import { type BasicCredentials, MAX_BASIC_LENGTH, parseBasicCredentials } from './basic-credentials.ts';
import { HashQueue, type HashQueueOptions } from './hash-queue.ts';
import type { KeysFile, UserEntry } from './keys-file.ts';
import { type KeysOptions, reject, toVerification, watchKeys } from './keys-source.ts';
import { isPassword, type PasswordHash } from './password-hash.ts';

/** Milliseconds for which a verified password is remembered. */
const KEEP = 5 * 60_000;
const MAX_KEPT = 10_000;

const QUEUE: HashQueueOptions = { concurrent: 2, queued: 32 };

const INVALID = 'The user name or the password is not valid.';
const MALFORMED = reject(INVALID, 'the Basic credentials are malformed');
const UNKNOWN_USER = reject(INVALID, 'the user is unknown');
const WRONG_PASSWORD = reject(INVALID, 'the password is wrong');
const BUSY: Unavailable = {
  unavailable: 'too many passwords wait for their verification',
  retryAfter: 1,
};

export interface PasswordOptions extends KeysOptions {
  /** Replaces scrypt in tests. */
  readonly isPassword?: typeof isPassword | undefined;
  readonly queue?: HashQueueOptions | undefined;
}

/** Valid while the user has the same hash, so that a changed password or a removed user counts at once. */
interface Verified {
  readonly user: string;
  readonly hashText: string;
  readonly until: number;
}

export class PasswordVerifier extends FileVerifier<KeysFile> implements Verifier {
  readonly #now: () => number;
  readonly #isPassword: typeof isPassword;
  readonly #queue: HashQueue;
  /** By the SHA-256 of the credentials, the oldest first. */
  readonly #verified = new Map<string, Verified>();
  /** Equal credentials that arrive together are hashed once. */
  readonly #pending = new Map<string, Promise<Verification>>();
  readonly #secret = randomBytes(32);

  constructor(scheme: ApiKeyScheme, options: PasswordOptions) {
    super(watchKeys(scheme, options), 'keys');
    this.#now = options.now ?? Date.now;
    this.#isPassword = options.isPassword ?? isPassword;
    this.#queue = new HashQueue(options.queue ?? QUEUE);
  }

  verify(text: string): Verification | Promise<Verification> {
    const file = this.value;
    if (file === undefined) return this.unavailable();
    if (text.length > MAX_BASIC_LENGTH) return MALFORMED;
    const key = sha256(text);
    const known = this.#find(key, file);
    if (known !== undefined) return toVerification(known, this.#now(), 'password');
    const credentials = parseBasicCredentials(text);
    if (credentials === undefined) return MALFORMED;
    const pending = this.#pending.get(key);
    if (pending !== undefined) return pending;
    if (this.#queue.isFull) return BUSY;
    const verification = this.#hash(credentials, key).finally(() => this.#pending.delete(key));
    this.#pending.set(key, verification);
    return verification;
  }

  known(text: string): Identity | undefined {
    const file = this.value;
    if (file === undefined || text.length > MAX_BASIC_LENGTH) return undefined;
    const user = this.#find(sha256(text), file);
    const verification = user && toVerification(user, this.#now(), 'password');
    return verification && 'subject' in verification ? verification : undefined;
  }

  #find(key: string, { users }: KeysFile): UserEntry | undefined {
    const verified = this.#verified.get(key);
    if (verified === undefined) return undefined;
    const user = users.get(verified.user);
    if (user?.password === verified.hashText && verified.until > this.#now()) return user;
    this.#verified.delete(key);
    return undefined;
  }

  async #hash(credentials: BasicCredentials, key: string): Promise<Verification> {
    try {
      return await this.#queue.run(() => this.#compare(credentials, key));
    } catch (error) {
      return { unavailable: `scrypt failed: ${(error as Error).message}`, retryAfter: 1 };
    }
  }

  async #compare({ user: name, password }: BasicCredentials, key: string): Promise<Verification> {
    // The file may have changed while this waited.
    const users = this.value?.users ?? new Map<string, UserEntry>();
    const user = users.get(name);
    const expected = user?.passwordHash ?? this.#decoy(name, users);
    if (expected === undefined) return UNKNOWN_USER;
    const isValid = await this.#isPassword(password, expected);
    // A decoy is the hash of another user, whose password proves nothing about this name.
    if (user === undefined) return UNKNOWN_USER;
    if (!isValid) return WRONG_PASSWORD;
    this.#remember(key, { user: name, hashText: user.password, until: this.#now() + KEEP });
    return toVerification(user, this.#now(), 'password');
  }

  /** The hash that the password of an unknown user is compared with; undefined where there are no users at all. */
  #decoy(name: string, users: KeysFile['users']): PasswordHash | undefined {
    if (users.size === 0) return undefined;
    const index = createHmac('sha256', this.#secret).update(name).digest().readUInt32BE() % users.size;
    return [...users.values()][index]?.passwordHash;
  }

  #remember(key: string, verified: Verified): void {
    if (this.#verified.size >= MAX_KEPT) {
      const [oldest] = this.#verified.keys();
      if (oldest !== undefined) this.#verified.delete(oldest);
    }
    this.#verified.set(key, verified);
  }
}
