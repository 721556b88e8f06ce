/**
 * Verifies API keys by a file of their SHA-256 hashes. A fast hash is enough, because `linkway key` makes keys of 256
 * random bits, which cannot be guessed.
 *
 * The time of a lookup reveals nothing useful: it depends on the hash of the text that the client sent, and the client
 * cannot choose a text with a given hash. A client that learns how a stored hash begins is as far from the key as before.
 */
import type { ApiKeyScheme } from '../../config/policies/api-key-scheme.ts';
import { FileVerifier } from '../file-verifier.ts';
import { sha256 } from '../sha256.ts';
import type { Identity, Verification, Verifier } from '../verifier.ts';
import type { KeysFile } from './keys-file.ts';
import { type KeysOptions, reject, toVerification, watchKeys } from './keys-source.ts';

/** A shorter key can be guessed. The file has only its hash, so its length shows here. */
const MIN_CHARACTERS = 16;

const KEY = /^[\x21-\x7e]{1,512}$/;

const INVALID = 'The API key is not valid.';

/** The refusals that most wrong keys get, made once. */
const UNKNOWN = reject(INVALID, 'the API key is unknown');
const MALFORMED = reject(
  INVALID,
  'the API key is empty, too long, or contains characters other than visible ASCII',
);
const TOO_SHORT = reject(INVALID, `the API key has fewer than ${MIN_CHARACTERS} characters`);

export class ApiKeyVerifier extends FileVerifier<KeysFile> implements Verifier {
  readonly #now: () => number;

  constructor(scheme: ApiKeyScheme, options: KeysOptions) {
    super(watchKeys(scheme, options), 'keys');
    this.#now = options.now ?? Date.now;
  }

  verify(key: string): Verification {
    const file = this.value;
    if (file === undefined) return this.unavailable();
    if (!KEY.test(key)) return MALFORMED;
    if (key.length < MIN_CHARACTERS) return TOO_SHORT;
    const entry = file.keys.get(sha256(key));
    return entry === undefined ? UNKNOWN : toVerification(entry, this.#now(), 'API key');
  }

  /** A lookup costs so little that every valid key is as good as one that was verified before. */
  known(key: string): Identity | undefined {
    const verification = this.verify(key);
    return 'subject' in verification ? verification : undefined;
  }
}
