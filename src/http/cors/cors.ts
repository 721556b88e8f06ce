/**
 * Cross-origin resource sharing (Fetch §3.2): tells browsers which pages of other origins may send requests and read the
 * responses.
 *
 * Reads `Origin`, `Cookie`, `Authorization`. Sends `Access-Control-*` and `Vary`. The headers are added when the head of
 * a response is written, so that errors, cached responses, 304 and streams all have them. Headers of a service with
 * these names are replaced.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { only } from '../headers/raw-headers.ts';
import { addVary } from '../headers/vary.ts';
import { tlsSocketOf } from '../server/peer-certificate.ts';
import { onHead } from '../server/response-head.ts';
import { ANY_ORIGIN, type OriginMatcher, originMatcher } from './origins.ts';

export interface CorsConfig {
  /** Origins, or `*` for every origin. */
  readonly origins: readonly string[];
  /** Whether browsers may send cookies and show responses to requests with them. */
  readonly credentials: boolean;
  /** How long browsers may cache the response to a preflight, in milliseconds. */
  readonly maxAge: number;
  /** Request headers that are allowed besides those of the contract. */
  readonly allowHeaders: readonly string[];
  /** Response headers that pages may read besides those of the contract. */
  readonly exposeHeaders: readonly string[];
  /** Whether pages of public networks may send requests to a private address. */
  readonly privateNetwork: boolean;
}

/** What a response has besides the origin. */
export interface CorsResponse {
  /** Whether the service handles CORS itself, so that its response stays as it is. */
  readonly isPassed?: () => boolean;
  /** The names of the response headers that pages may read, joined with commas. */
  readonly exposed: () => string;
}

/** What the gateway sends in response to a preflight. */
export interface PreflightRules {
  readonly methods: string;
  /** Names of request headers, joined with commas. */
  readonly headers: string;
}

const PREFIX = 'access-control-';
const isCorsHeader = (name: string): boolean => name.startsWith(PREFIX);

/** Schemes that browsers add to requests on their own, like cookies (RFC 7617, 7616, 4559). */
const AMBIENT_AUTHORIZATION = /^(?:basic|digest|negotiate|ntlm)\b/i;

const REQUEST_PRIVATE_NETWORK = 'access-control-request-private-network';

export class Cors {
  readonly #config: CorsConfig;
  readonly #isAny: boolean;
  readonly #matches: OriginMatcher;
  /** Headers of responses to preflights, which are added with those of the origin. */
  readonly #preflights = new WeakMap<ServerResponse, readonly string[]>();

  constructor(config: CorsConfig) {
    this.#config = config;
    this.#isAny = config.origins.includes(ANY_ORIGIN);
    this.#matches = originMatcher(config.origins);
  }

  allows(origin: string | undefined): boolean {
    return origin !== undefined && this.#matches(origin);
  }

  /**
   * Whether a page of another origin may send a request that changes something. Where CORS allows no credentials, the
   * request may have none that a browser adds on its own: such a request needs no preflight, so every page can send it.
   */
  allowsChange({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): boolean {
    if (!this.allows(headers.origin)) return false;
    if (this.#config.credentials) return true;
    if (headers.cookie !== undefined) return false;
    // Pages of a list are known. They may send such credentials as a header of their own.
    return !this.#isAny || !hasAmbientCredentials(headers, socket);
  }

  /** Adds the headers to the response of a request when its head is written. */
  apply(req: IncomingMessage, res: ServerResponse, response: CorsResponse): void {
    onHead(res, (_req, _res, head) => {
      if (response.isPassed?.()) return;
      for (const name of res.getHeaderNames()) if (isCorsHeader(name)) res.removeHeader(name);
      const own = only(head, (name) => !isCorsHeader(name));
      head.splice(0, head.length, ...own);
      const preflight = this.#preflights.get(res);
      this.#addOrigin(head, req);
      if (preflight) head.push(...preflight);
      else if (this.allows(req.headers.origin))
        head.push('Access-Control-Expose-Headers', response.exposed());
      this.#addVary(head, res, preflight !== undefined);
    });
  }

  /** Sends the response to a preflight from an allowed origin. `apply` has to run before. */
  sendPreflight(
    req: IncomingMessage,
    res: ServerResponse,
    { methods, headers }: PreflightRules,
    head: readonly string[],
  ): void {
    const { maxAge, privateNetwork } = this.#config;
    const rules = ['Access-Control-Allow-Methods', methods, 'Access-Control-Allow-Headers', headers];
    rules.push('Access-Control-Max-Age', String(Math.floor(maxAge / 1000)));
    if (privateNetwork && req.headers[REQUEST_PRIVATE_NETWORK] === 'true')
      rules.push('Access-Control-Allow-Private-Network', 'true');
    this.#preflights.set(res, rules);
    res.writeHead(204, head as string[]).end();
  }

  #addOrigin(head: string[], { headers: { origin } }: IncomingMessage): void {
    if (this.#isAny) head.push('Access-Control-Allow-Origin', ANY_ORIGIN);
    else if (origin !== undefined && this.#matches(origin)) {
      head.push('Access-Control-Allow-Origin', origin);
      if (this.#config.credentials) head.push('Access-Control-Allow-Credentials', 'true');
    }
  }

  /** The response depends on the origin, also where it has none (RFC 9110 §12.5.5), unless it is the same for all. */
  #addVary(head: string[], res: ServerResponse, isPreflight: boolean): void {
    const added = [
      ...(this.#isAny ? [] : ['Origin']),
      ...(isPreflight ? ['Access-Control-Request-Method'] : []),
    ];
    addVary(head, res, added);
  }
}

const hasAmbientCredentials = ({ authorization = '' }: IncomingHttpHeaders, socket: Socket): boolean =>
  tlsSocketOf(socket)?.authorized === true || AMBIENT_AUTHORIZATION.test(authorization);
