/**
 * Lets people sign in with a browser: the authorization code flow of OpenID Connect Core 1.0 §3.1 with PKCE (RFC 7636),
 * `state`, `nonce` and `iss` (RFC 9207). The gateway keeps nothing: what a sign-in needs until its end, and the access
 * token afterwards, are in encrypted cookies, so that any gateway with the same key can continue.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Logger } from 'pino';
import type { BrowserSignInConfig } from '../../config/policies/browser-sign-in.ts';
import { Problem } from '../../contract/problem.ts';
import { authenticationUnavailable, badRequest, signInFailed } from '../../contract/problems.ts';
import { localPath } from '../../http/uri/local-path.ts';
import { type ClientSecret, clientSecret } from '../introspection/client-secret.ts';
import type { Identity, Verifier } from '../verifier.ts';
import {
  cookieText,
  cookieValue,
  MAX_COOKIE_VALUE,
  PENDING_COOKIE,
  removedCookie,
  SESSION_COOKIE,
} from './cookies.ts';
import { readIdToken } from './id-token.ts';
import { CALLBACK_PATH, SIGNED_OUT_PATH, signInLink } from './paths.ts';
import { ProviderMetadata } from './provider-metadata.ts';
import { SealedBox } from './sealed-box.ts';
import { CodeRefused, TokenClient } from './token-client.ts';

/** How long a person may take at the provider, in milliseconds. */
const PENDING_TIME = 10 * 60_000;
/** A session ends with its token, and not later than this. */
const MAX_SESSION = 24 * 3_600_000;
const MAX_RETURN_LENGTH = 1500;
const MAX_NAME_LENGTH = 100;
const RETRY_AFTER = '5';
/** Anyone can cause failures, so the log has at most one of them in this time. */
const LOG_INTERVAL = 1000;

export interface SignInOptions {
  readonly config: BrowserSignInConfig;
  readonly issuer: string;
  /** Verifies the tokens that the provider issues. */
  readonly verifier: Pick<Verifier, 'verify'>;
  /** The folder of `gateway.yaml`. */
  readonly folder: string;
  readonly logger: Pick<Logger, 'warn'>;
  readonly now?: () => number;
}

/** A response that leads a browser elsewhere. */
export interface Redirect {
  readonly location: string;
  /** Values of `Set-Cookie`. */
  readonly cookies: readonly string[];
}

/** A person who has signed in. */
export interface Session {
  readonly token: string;
  /** For people: how the provider names this person. */
  readonly name: string;
}

/** What a sign-in needs until its end. */
interface Pending {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly redirectUri: string;
  readonly returnTo: string;
}

export class SignIn {
  readonly #config: BrowserSignInConfig;
  readonly #issuer: string;
  readonly #verifier: Pick<Verifier, 'verify'>;
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #now: () => number;
  readonly #secret: ClientSecret | undefined;
  readonly #metadata: ProviderMetadata;
  readonly #tokens = new TokenClient();
  readonly #pending: SealedBox;
  readonly #sessions: SealedBox;
  #loggedAt = Number.NEGATIVE_INFINITY;

  constructor({ config, issuer, verifier, folder, logger, now = Date.now }: SignInOptions) {
    this.#config = config;
    this.#issuer = issuer;
    this.#verifier = verifier;
    this.#logger = logger;
    this.#now = now;
    const { id, secretFile } = config.client;
    this.#secret =
      secretFile === undefined ? undefined : clientSecret({ id, secretFile, method: 'basic' }, { folder });
    this.#metadata = new ProviderMetadata(issuer, now);
    // Cookies of another provider, or for another client of it, are not valid here.
    this.#pending = new SealedBox(config.cookieKey, ['sign-in', issuer, id], now);
    this.#sessions = new SealedBox(config.cookieKey, ['session', issuer, id], now);
  }

  /** The scheme of `gateway.yaml` that accepts the tokens. */
  get scheme(): string {
    return this.#config.scheme;
  }

  /** The host of the provider, for people. */
  get provider(): string {
    return new URL(this.#issuer).host;
  }

  /**
   * Leads to the sign-in page of the provider.
   * @param origin of the gateway, as the browser sees it
   * @param options.asksAgain whether the provider has to ask who the person is, also if it knows
   * @throws Problem bad-request (400) for a page of another server, authentication-unavailable (503)
   */
  async begin(
    origin: string,
    { returnTo = '/explorer', asksAgain = false }: { returnTo?: string; asksAgain?: boolean } = {},
  ): Promise<Redirect> {
    const path = localPath(returnTo);
    if (path === undefined || path.length > MAX_RETURN_LENGTH)
      throw new Problem(badRequest, 'The parameter `return` is not a path on this server.');
    const { authorization } = await this.#endpoints();
    const { client, scopes, parameters } = this.#config;
    const pending: Pending = {
      state: randomText(),
      nonce: randomText(),
      verifier: randomText(),
      redirectUri: origin + CALLBACK_PATH,
      returnTo: path,
    };
    const url = new URL(authorization);
    const query = {
      ...parameters,
      response_type: 'code',
      client_id: client.id,
      redirect_uri: pending.redirectUri,
      scope: [...new Set(['openid', ...scopes])].join(' '),
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: createHash('sha256').update(pending.verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...(asksAgain && { prompt: 'login' }),
    };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const sealed = this.#pending.seal(pending, this.#now() + PENDING_TIME);
    const cookie = cookieText(PENDING_COOKIE, sealed, PENDING_TIME / 1000, isHttps(origin));
    return { location: url.href, cookies: [cookie] };
  }

  /**
   * Finishes a sign-in: exchanges the code, and begins a session.
   * @param query of the redirect by the provider
   * @throws Problem sign-in-failed (400), authentication-unavailable (503)
   */
  async finish(origin: string, query: URLSearchParams, cookieHeader: string | undefined): Promise<Redirect> {
    const isSecure = isHttps(origin);
    const pending = this.#readPending(cookieHeader, isSecure);
    if (pending === undefined || !isSame(single(query, 'state'), pending.state))
      throw failed('This sign-in was not started in this browser, took too long, or was finished before.');
    const { returnTo } = pending;
    // The code of another provider must not come here (RFC 9700 §4.4).
    const issuer = single(query, 'iss');
    if (issuer !== undefined && issuer !== this.#issuer)
      throw this.#refuse('the response is from another issuer', returnTo);
    const error = query.get('error');
    if (error !== null) throw this.#refuse(`the provider responded with ${plain(error)}`, returnTo);
    const code = single(query, 'code');
    if (code === undefined) throw this.#refuse('the response has no code', returnTo);
    const { namesIssuer } = await this.#endpoints();
    if (namesIssuer && issuer === undefined)
      throw this.#refuse('the response does not name its issuer', returnTo);
    const session = await this.#createSession(await this.#exchange(code, pending), pending);
    const cookies = [session, removedCookie(PENDING_COOKIE, isSecure)];
    return { location: returnTo, cookies };
  }

  /** @returns undefined without a valid session */
  session(cookieHeader: string | undefined, isSecure: boolean): Session | undefined {
    const value = cookieValue(SESSION_COOKIE, cookieHeader, isSecure);
    if (value === undefined || value.length > MAX_COOKIE_VALUE) return undefined;
    return this.#sessions.open(value) as Session | undefined;
  }

  /** Where people sign out of the provider itself; undefined if it has no such page, or does not respond. */
  async providerSignOut(origin: string): Promise<string | undefined> {
    const endpoints = await this.#metadata.endpoints().catch(() => undefined);
    if (endpoints?.endSession === undefined) return undefined;
    const url = new URL(endpoints.endSession);
    url.searchParams.set('client_id', this.#config.client.id);
    url.searchParams.set('post_logout_redirect_uri', origin + SIGNED_OUT_PATH);
    return url.href;
  }

  /** Waits for the calls in flight. */
  async close(): Promise<void> {
    this.#secret?.close();
    await this.#tokens.close();
  }

  #readPending(cookieHeader: string | undefined, isSecure: boolean): Pending | undefined {
    const value = cookieValue(PENDING_COOKIE, cookieHeader, isSecure);
    return value === undefined ? undefined : (this.#pending.open(value) as Pending | undefined);
  }

  async #endpoints() {
    try {
      return await this.#metadata.endpoints();
    } catch (error) {
      throw this.#unavailable((error as Error).message);
    }
  }

  async #exchange(code: string, { verifier, redirectUri, returnTo }: Pending) {
    const { token: endpoint } = await this.#endpoints();
    if (this.#secret !== undefined && this.#secret.value === undefined)
      throw this.#unavailable(this.#secret.fault ?? 'there is no client secret');
    const { id: clientId } = this.#config.client;
    const request = { endpoint, clientId, secret: this.#secret?.value, code, verifier, redirectUri };
    try {
      return await this.#tokens.exchange(request);
    } catch (error) {
      if (error instanceof CodeRefused)
        throw this.#refuse('the provider does not accept the code of this sign-in', returnTo);
      throw this.#unavailable((error as Error).message);
    }
  }

  /** @returns the cookie of the session */
  async #createSession(
    tokens: Readonly<Record<string, unknown>>,
    { nonce, redirectUri, returnTo }: Pending,
  ): Promise<string> {
    const { access_token: token, token_type: type, id_token: idToken } = tokens;
    if (typeof token !== 'string' || !/^bearer$/i.test(String(type)))
      throw this.#refuse('the response has no bearer token', returnTo);
    const claims = this.#readIdToken(idToken, nonce, returnTo);
    const identity = await this.#verify(token, returnTo);
    const now = this.#now();
    const until = Math.min(identity.expiresAt, now + MAX_SESSION);
    const session: Session = { token, name: nameOf(claims, identity) };
    const sealed = this.#sessions.seal(session, until);
    if (sealed.length > MAX_COOKIE_VALUE)
      throw this.#refuse(`the token is too large for a cookie: ${token.length} bytes`, returnTo);
    return cookieText(SESSION_COOKIE, sealed, (until - now) / 1000, isHttps(redirectUri));
  }

  #readIdToken(idToken: unknown, nonce: string, returnTo: string) {
    try {
      const { id: clientId } = this.#config.client;
      return readIdToken(idToken, { issuer: this.#issuer, clientId, nonce, now: this.#now() });
    } catch (error) {
      throw this.#refuse((error as Error).message, returnTo);
    }
  }

  async #verify(token: string, returnTo: string): Promise<Identity> {
    const verification = await this.#verifier.verify(token, { in: 'bearer' });
    if ('rejected' in verification)
      throw this.#refuse(`the gateway does not accept the token: ${verification.reason}`, returnTo);
    if ('unavailable' in verification) throw this.#unavailable(verification.unavailable);
    return verification;
  }

  #refuse(reason: string, returnTo: string): Problem {
    this.#log(reason);
    return failed('The provider did not confirm who you are, or you may not sign in here.', returnTo);
  }

  #unavailable(reason: string): Problem {
    this.#log(reason);
    return new Problem(authenticationUnavailable, 'The identity provider does not respond as expected.', {
      headers: { 'Retry-After': RETRY_AFTER },
    });
  }

  #log(reason: string): void {
    const now = performance.now();
    if (now - this.#loggedAt < LOG_INTERVAL) return;
    this.#loggedAt = now;
    this.#logger.warn({ scheme: this.scheme, reason }, 'a person could not sign in');
  }
}

const failed = (detail: string, returnTo = '/explorer'): Problem =>
  new Problem(signInFailed, detail, { extensions: { _links: { 'sign-in': signInLink(returnTo) } } });

const randomText = (): string => randomBytes(32).toString('base64url');

const isHttps = (origin: string): boolean => origin.startsWith('https:');

/** A parameter that occurs once. */
function single(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  return values.length === 1 ? values[0] : undefined;
}

function isSame(given: string | undefined, expected: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** An error code of RFC 6749 §4.1.2.1; anything else could be a forged line of the log. */
const plain = (error: string): string => /^\w{1,40}$/.exec(error)?.[0] ?? 'an unknown error';

function nameOf(claims: Readonly<Record<string, unknown>>, { subject }: Identity): string {
  const { name, preferred_username: username, email } = claims;
  const found = [name, username, email].find((one) => typeof one === 'string' && one.trim() !== '');
  return String(found ?? subject).slice(0, MAX_NAME_LENGTH);
}
