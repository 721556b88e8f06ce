/**
 * Verifies JSON Web Tokens of one issuer (RFC 7519, RFC 8725, RFC 9068). Most requests have a token that was verified
 * before: its result is found by the hash of its text. For other tokens the cheap checks come first, then the key, then
 * the signature.
 */

import type { JwtScheme } from '../../config/policies/jwt-scheme.ts';
import type { Identity, Unavailable, Verification, Verifier } from '../verifier.ts';
import { type ClaimReader, claimReader } from './claims.ts';
import {
  type CompactJws,
  MAX_TOKEN_LENGTH,
  readCompactJws,
  readJsonPart,
  type TokenRules,
  typeNameOf,
} from './compact-jws.ts';
import { IssuerKeys, type IssuerKeysSnapshot } from './issuer-keys.ts';
import type { JsonObject } from './json-object.ts';
import { type Refusal, type RefusalCode, refusal, shown } from './refusal.ts';
import { TokenCache } from './token-cache.ts';
import { keepTokenHash, lastTokenHash, tokenHash } from './token-hash.ts';
import { VerificationKey } from './verification-key.ts';

export type JwtVerifierOptions = JwtScheme;

/** As much of a logger as a verifier needs. */
export interface JwtLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

interface JwtStatistics {
  readonly keys: IssuerKeysSnapshot;
  /** Tokens in the cache. */
  readonly cached: number;
  /** Tokens whose signature was verified, with a good or a bad result. */
  readonly verifications: number;
  /**
   * Refused tokens by the kind of fault. Tokens from the future count as such only if their signature is valid, so that
   * the count tells of wrong clocks and not of forgers.
   */
  readonly refusals: Readonly<Partial<Record<RefusalCode, number>>>;
}

export interface JwtVerifier extends Verifier {
  /**
   * The identity of a token that was verified before, without any cost. Use it before limits on verifications, so that
   * they never affect tokens that are known to be valid.
   */
  known(credentials: string): Identity | undefined;
  fault(): string | undefined;
  /** Why the keys could not be fetched again, although tokens can still be verified. For `/health`. */
  warning(): string | undefined;
  statistics(): JwtStatistics;
  close(): void;
}

/** The keys are fetched in the background, so that a start does not wait for them. */
export const createJwtVerifier = (options: JwtVerifierOptions, log?: JwtLog): JwtVerifier =>
  new TokenVerifier(options, log);

interface SignedToken extends CompactJws {
  readonly text: string;
  readonly claims: JsonObject;
}

/** How often a token may wait for keys: for the first set, then for a newer one. */
const MAX_WAITS = 2;

class TokenVerifier implements JwtVerifier {
  readonly #rules: TokenRules;
  readonly #readClaims: ClaimReader;
  readonly #keys: IssuerKeys;
  readonly #cache = new TokenCache();
  readonly #refusals: Partial<Record<RefusalCode, number>> = {};
  #verifications = 0;

  constructor(options: JwtVerifierOptions, log: JwtLog | undefined) {
    const { issuer } = options;
    this.#rules = {
      algorithms: new Set(options.algorithms),
      types: new Set(options.typ.map((typ) => (typ === 'none' ? typ : typeNameOf(typ)))),
    };
    this.#readClaims = claimReader(options);
    this.#keys = new IssuerKeys(options, {
      onRevoked: () => this.#cache.deleteRevoked(),
      onFault: (reason) => {
        if (reason === undefined) log?.info({ issuer }, 'the keys of the issuer can be fetched again');
        else log?.warn({ issuer, reason }, 'the keys of the issuer cannot be fetched');
      },
      onRefusedKeys: (reasons) => log?.warn({ issuer, reasons }, 'keys of the issuer are not used'),
    });
  }

  known(credentials: string, _place?: unknown, connection?: object): Identity | undefined {
    if (credentials.length > MAX_TOKEN_LENGTH || !this.#keys.isUsable()) return undefined;
    const last = connection && lastTokenHash(credentials, connection);
    const key = last ?? tokenHash(credentials);
    const identity = this.#cache.get(key, Date.now());
    if (identity && connection && last === undefined) keepTokenHash(credentials, key, connection);
    return identity;
  }

  verify(credentials: string): Verification | Promise<Verification> {
    try {
      return this.known(credentials) ?? this.#verifyNew(credentials);
    } catch (error) {
      return unexpected(error);
    }
  }

  fault(): string | undefined {
    return this.#keys.fault();
  }

  warning(): string | undefined {
    return this.#keys.snapshot().failure;
  }

  statistics(): JwtStatistics {
    return {
      keys: this.#keys.snapshot(),
      cached: this.#cache.size,
      verifications: this.#verifications,
      refusals: { ...this.#refusals },
    };
  }

  close(): void {
    this.#keys.close();
    this.#cache.clear();
  }

  #verifyNew(text: string): Verification | Promise<Verification> {
    const jws = readCompactJws(text, this.#rules);
    if ('rejected' in jws) return this.#refuse(jws);
    const claims = readJsonPart(jws.payload);
    if (claims === undefined)
      return this.#refuse(refusal('malformed', 'the claims are not a JSON object in UTF-8'));
    return this.#decide({ text, claims, ...jws }, MAX_WAITS);
  }

  /** @param waits how often the token may still wait for keys */
  #decide(token: SignedToken, waits: number): Verification | Promise<Verification> {
    const now = Date.now();
    const result = this.#readClaims(token.claims, now);
    if ('rejected' in result && result.code !== 'future') return this.#refuse(result);
    if (!this.#keys.isUsable())
      return this.#after(waits > 0 && this.#keys.arrival(), token, waits) ?? this.#unavailable();
    const key = this.#keys.find(token.keyId, token.algorithm);
    if (key === 'unknown') return this.#tryNewerKeys(token, waits) ?? this.#refuse(unknownKey(token));
    if (!(key instanceof VerificationKey))
      return this.#refuse(refusal('key', `the key ${shown(token.keyId)} is ${key} for ${token.algorithm}`));
    this.#verifications += 1;
    if (!key.verify(token.algorithm, token.signed, token.signature)) {
      // Without key ids, only the signature shows that the issuer has a new key.
      const later = token.keyId === undefined ? this.#tryNewerKeys(token, waits) : undefined;
      return later ?? this.#refuse(refusal('signature', 'the signature does not match'));
    }
    if ('rejected' in result) return this.#refuse(result);
    this.#cache.set(tokenHash(token.text), result, key, token.text.length, now);
    return result;
  }

  #tryNewerKeys(token: SignedToken, waits: number): Promise<Verification> | undefined {
    return this.#after(waits > 0 && this.#keys.refresh(token.keyId), token, waits);
  }

  /** Decides after keys were fetched. @returns undefined if they are not being fetched */
  #after(
    fetched: Promise<unknown> | undefined | false,
    token: SignedToken,
    waits: number,
  ): Promise<Verification> | undefined {
    if (fetched === undefined || fetched === false) return undefined;
    return fetched.then(() => this.#decide(token, waits - 1)).catch(unexpected);
  }

  #refuse(refused: Refusal): Refusal {
    this.#refusals[refused.code] = (this.#refusals[refused.code] ?? 0) + 1;
    return refused;
  }

  #unavailable(): Unavailable {
    const unavailable = this.#keys.fault() ?? 'there are no keys of the issuer';
    return { unavailable, retryAfter: this.#keys.retryAfter() };
  }
}

const unknownKey = ({ keyId }: SignedToken): Refusal =>
  refusal('key', `the issuer has no key ${shown(keyId)}`);

/** Refuses a token after a fault of this code. The message of the error may contain a part of the token. */
const unexpected = (error: unknown): Refusal =>
  refusal('malformed', `unexpected ${error instanceof Error ? error.name : typeof error}`);
