/**
 * A request as the cache sees it. Reads `Cache-Control`, `Pragma` (RFC 9111 §5.4), credentials, conditions, `Range`.
 */
import { hash } from 'node:crypto';
import { type Directives, directivesOf } from '../../http/headers/cache-control.ts';
import { DEADLINE_HEADER } from '../../http/headers/deadline.ts';
import { eachHeader } from '../../http/headers/raw-headers.ts';
import type { OutboundRequest } from '../call/types.ts';
import type { StoredResponseData } from './stored-response.ts';

/** Where a service takes credentials, beside `Authorization` and `Cookie`. */
export interface CredentialPlaces {
  /** In lower case. */
  readonly headers: ReadonlySet<string>;
  readonly query: ReadonlySet<string>;
  /** Whether credentials may be outside of the request, as in a client certificate. */
  readonly isHidden: boolean;
}

/** Fields about one hop or one request: requests that differ only in these are identical. */
const HOP_FIELDS: ReadonlySet<string> = new Set([
  'x-request-id',
  'traceparent',
  'tracestate',
  DEADLINE_HEADER,
  'forwarded',
  'x-forwarded-for',
]);

const SECRET_FIELDS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'x-auth-identity']);

/** The response to a request with one of these is for that request alone. */
const BYPASS_FIELDS = ['range', 'if-range', 'if-match', 'if-unmodified-since'] as const;

/** The parameters of `Forwarded` that name the client, and not the origin under which the gateway was called. */
const ADDRESSES = /\b(?:for|by)=(?:"[^"]*"|[^;,\s]*)/gi;

export class CacheRequest {
  readonly request: OutboundRequest;
  readonly control: Directives;
  readonly hasCredentials: boolean;
  /**
   * Equal for identical requests of one caller, credentials included. What the gateway says about the caller is a part of
   * it: the tokens of one subject may differ in their scopes and claims, and so may the responses.
   */
  readonly identity: string;
  readonly #fields = new Map<string, string>();
  readonly #origin: string;
  readonly #places: CredentialPlaces;

  constructor(request: OutboundRequest, places: CredentialPlaces) {
    const { headers, method, path, caller } = request;
    this.request = request;
    this.#places = places;
    let identity = caller === undefined ? `${method} ${path}` : `${method} ${path}\n ${caller.id}`;
    let origin = '';
    eachHeader(headers, (name, untrimmed) => {
      const value = untrimmed.trim();
      const before = this.#fields.get(name);
      this.#fields.set(name, before === undefined ? value : `${before}, ${value}`);
      if (!HOP_FIELDS.has(name)) identity += `\n${name}:${value}`;
      if (name === 'forwarded') origin += `\n${value.replace(ADDRESSES, '')}`;
      else if (name.startsWith('x-forwarded-') && name !== 'x-forwarded-for') origin += `\n${name}:${value}`;
    });
    this.#origin = origin;
    this.identity = identity + origin;
    this.control = directivesOf(this.field('cache-control') ?? this.field('pragma'));
    this.hasCredentials =
      caller !== undefined ||
      places.isHidden ||
      this.#fields.has('authorization') ||
      this.#fields.has('cookie') ||
      [...places.headers].some((name) => this.#fields.has(name)) ||
      hasQueryParameter(path, places.query);
  }

  /** @param name in lower case */
  field(name: string): string | undefined {
    return this.#fields.get(name);
  }

  get isHead(): boolean {
    return this.request.method === 'HEAD';
  }

  get isCacheableMethod(): boolean {
    return this.request.method === 'GET' || this.isHead;
  }

  /** Whether the cache is neither read nor written for this request. */
  get isBypassed(): boolean {
    const hasBody = this.request.body !== undefined && this.request.body !== null;
    return hasBody || this.control.has('no-store') || BYPASS_FIELDS.some((name) => this.#fields.has(name));
  }

  /**
   * The values by which a response to this request is selected (§4.1): those of the fields that `Vary` names, and the
   * origin under which the gateway was called, which a service may write into links without naming it in `Vary`.
   */
  selecting(vary: readonly string[]): StoredResponseData['selecting'] {
    return [[ORIGIN, this.#origin], ...vary.map((name) => [name, this.#selectingValue(name)] as const)];
  }

  matches(selecting: StoredResponseData['selecting']): boolean {
    return selecting.every(
      ([name, value]) => (name === ORIGIN ? this.#origin : this.#selectingValue(name)) === value,
    );
  }

  /** Of credentials only a hash is stored, because the store may be a server that others can read. */
  #selectingValue(name: string): string | null {
    const value = this.field(name) ?? null;
    const isSecret = SECRET_FIELDS.has(name) || this.#places.headers.has(name);
    return value !== null && isSecret ? hash('sha256', value, 'base64url') : value;
  }
}

/** Not a valid field name, so that it is never one of the fields. */
const ORIGIN = ' origin';

function hasQueryParameter(path: string, names: ReadonlySet<string>): boolean {
  const at = names.size === 0 ? -1 : path.indexOf('?');
  return at >= 0 && [...new URLSearchParams(path.slice(at)).keys()].some((name) => names.has(name));
}
