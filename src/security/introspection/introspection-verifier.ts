/**
 * Verifies tokens by an authorization server (RFC 7662). A result is kept for a short time, requests with the same token
 * share one call, and a circuit breaker stops calls to a server that fails. While it fails, tokens with a kept result are
 * accepted until the end of that result; all others are neither accepted nor refused.
 */
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import type { IntrospectionScheme } from '../../config/policies/introspection-scheme.ts';
import { LruCache } from '../../http/lru-cache.ts';
import { sha256 } from '../sha256.ts';
import type { Identity, Rejected, Unavailable, Verification, Verifier } from '../verifier.ts';
import { type ClientSecret, clientSecret, type SecretSources } from './client-secret.ts';
import { IntrospectionClient, IntrospectionFailure } from './introspection-client.ts';
import { identityOfResponse } from './introspection-response.ts';

/** Visible ASCII (RFC 6749 appendix A.12), of a length that servers accept in a header. */
const TOKEN = /^[\x21-\x7e]{1,8192}$/;

const MALFORMED: Rejected = {
  rejected: 'The token is not valid.',
  reason: 'the token is empty, too long, or contains characters other than visible ASCII',
};

/** Failures in a row that stop the calls, and for how many milliseconds. */
const FAILURES = 5;
const PAUSE = 5000;

/** Memory for accepted tokens, which are at most about 10,000. */
const MAX_KEPT_BYTES = 32 * 1024 ** 2;
/** What an entry takes besides its claims. */
const ENTRY_BYTES = 3072;

/** Refused tokens have a table of their own, so that they never displace accepted ones. */
const MAX_REFUSED = 10_000;
/** Milliseconds: a token may become active. */
const KEEP_REFUSED = 5000;

interface Kept {
  readonly verification: Verification;
  readonly until: number;
  readonly bytes: number;
}

export interface IntrospectionOptions extends SecretSources {
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
}

export class IntrospectionVerifier implements Verifier {
  readonly #scheme: IntrospectionScheme;
  readonly #origin: string;
  readonly #now: () => number;
  readonly #secret: ClientSecret;
  readonly #client: IntrospectionClient;
  /** By the SHA-256 of the token. */
  readonly #accepted = new LruCache<Kept>({ maxBytes: MAX_KEPT_BYTES, bytesOf: (_, { bytes }) => bytes });
  readonly #refused = new LruCache<Kept>({ maxBytes: MAX_REFUSED, bytesOf: () => 1 });
  readonly #flights = new Map<string, Promise<Verification>>();
  readonly #breaker = circuitBreaker(
    handleWhen((error) => error instanceof IntrospectionFailure && error.isOfServer),
    { halfOpenAfter: PAUSE, breaker: new ConsecutiveBreaker(FAILURES) },
  );
  #openUntil = 0;
  #failure: string | undefined;

  constructor(scheme: IntrospectionScheme, { now = Date.now, ...sources }: IntrospectionOptions) {
    this.#scheme = scheme;
    this.#origin = new URL(scheme.introspection).origin;
    this.#now = now;
    this.#secret = clientSecret(scheme.client, sources);
    this.#client = new IntrospectionClient(scheme);
    this.#breaker.onBreak(() => {
      this.#openUntil = Date.now() + PAUSE;
    });
  }

  verify(token: string): Verification | Promise<Verification> {
    if (!TOKEN.test(token)) return MALFORMED;
    const key = sha256(token);
    const kept = this.#find(key);
    if (kept !== undefined) return kept;
    const flight = this.#flights.get(key);
    if (flight !== undefined) return flight;
    const secret = this.#secret.value;
    if (secret === undefined) return this.#unavailable(this.#secret.fault ?? '', 5);
    const pause = this.#openUntil - Date.now();
    if (this.#breaker.state === CircuitState.Open && pause > 0)
      return this.#unavailable(this.#failure ?? '', Math.ceil(pause / 1000));
    const verification = this.#introspect(token, secret, key).finally(() => this.#flights.delete(key));
    this.#flights.set(key, verification);
    return verification;
  }

  known(token: string): Identity | undefined {
    if (!TOKEN.test(token)) return undefined;
    const kept = this.#find(sha256(token));
    return kept && 'subject' in kept ? kept : undefined;
  }

  fault(): string | undefined {
    return this.#secret.fault ?? (this.#failure && `introspection: ${this.#failure}`);
  }

  /** Reads the file of the secret again if it has changed. */
  reload(): Promise<void> {
    return this.#secret.reload();
  }

  async close(): Promise<void> {
    this.#secret.close();
    await this.#client.close();
  }

  #find(key: string): Verification | undefined {
    const kept = this.#accepted.get(key) ?? this.#refused.get(key);
    if (kept === undefined) return undefined;
    if (kept.until > this.#now()) return kept.verification;
    this.#accepted.delete(key);
    this.#refused.delete(key);
    return undefined;
  }

  async #introspect(token: string, secret: string, key: string): Promise<Verification> {
    try {
      const { verification, bytes } = await this.#breaker.execute(() => this.#call(token, secret));
      this.#failure = undefined;
      this.#keep(key, verification, bytes);
      return verification;
    } catch (error) {
      // Another call is the trial call of an open circuit.
      if (!(error instanceof IntrospectionFailure)) return this.#unavailable((error as Error).message, 1);
      if (error.isOfServer) this.#failure = error.message;
      return this.#unavailable(error.message, error.retryAfter);
    }
  }

  /** @throws IntrospectionFailure */
  async #call(token: string, secret: string) {
    const { value, bytes } = await this.#client.introspect(token, secret);
    const { issuer, audience } = this.#scheme;
    const verification = identityOfResponse(value, { origin: this.#origin, issuer, audience }, this.#now());
    if ('malformed' in verification)
      throw new IntrospectionFailure(
        `the response is not as RFC 7662 says; wrong members: ${verification.malformed}`,
      );
    return { verification, bytes };
  }

  #keep(key: string, verification: Verification, bytes: number): void {
    const now = this.#now();
    const { keep } = this.#scheme;
    if ('subject' in verification) {
      const until = Math.min(now + keep, verification.expiresAt);
      if (until > now) this.#accepted.set(key, { verification, until, bytes: ENTRY_BYTES + bytes });
    } else if (keep > 0)
      this.#refused.set(key, { verification, until: now + Math.min(keep, KEEP_REFUSED), bytes: 1 });
  }

  #unavailable(reason: string, retryAfter: number): Unavailable {
    return { unavailable: `introspection: ${reason}`, retryAfter };
  }
}
