/**
 * What a request says to a cache. Reads `Cache-Control`, `Pragma` (RFC 9111 §5.4), credentials, conditions, `Range`.
 */

import { type Directives, directivesOf } from '../../http/headers/cache-control.ts';
import { DEADLINE_HEADER } from '../../http/headers/deadline.ts';
import { eachHeader } from '../../http/headers/raw-headers.ts';
import type { OutboundRequest } from '../call/call.ts';
import type { StoredData } from './stored-response.ts';

/** Where a service takes credentials, beside `Authorization` and `Cookie`. */
export interface CredentialPlaces {
  /** In lower case. */
  readonly headers: ReadonlySet<string>;
  readonly query: ReadonlySet<string>;
  /** Whether they may be in no header at all, as with the certificate of a client. */
  readonly isHidden: boolean;
}

/** They are about one hop, or one request; two that differ in nothing else ask the same. */
const OF_THE_HOP: ReadonlySet<string> = new Set([
  ...['x-request-id', 'traceparent', 'tracestate', DEADLINE_HEADER],
  ...['forwarded', 'x-forwarded-for'],
]);

/** An answer to one of these is made for this very request. */
const PASSING = ['range', 'if-range', 'if-match', 'if-unmodified-since'] as const;

/** Who asked is no part of how the gateway was addressed. */
const ADDRESSES = /\b(?:for|by)=(?:"[^"]*"|[^;,\s]*)/gi;

export class Asked {
  readonly request: OutboundRequest;
  readonly control: Directives;
  readonly hasCredentials: boolean;
  /** What the same request is known by while it is in flight: its credentials are part of it. */
  readonly identity: string;
  readonly #fields = new Map<string, string>();
  readonly #origin: string;

  constructor(request: OutboundRequest, places: CredentialPlaces) {
    const { headers, method, path } = request;
    this.request = request;
    let identity = `${method} ${path}`;
    let origin = '';
    eachHeader(headers, (name, untrimmed) => {
      const value = untrimmed.trim();
      const before = this.#fields.get(name);
      this.#fields.set(name, before === undefined ? value : `${before}, ${value}`);
      if (!OF_THE_HOP.has(name)) identity += `\n${name}:${value}`;
      if (name === 'forwarded') origin += `\n${value.replace(ADDRESSES, '')}`;
      else if (name.startsWith('x-forwarded-') && name !== 'x-forwarded-for') origin += `\n${name}:${value}`;
    });
    this.#origin = origin;
    this.identity = identity + origin;
    this.control = directivesOf(this.field('cache-control') ?? this.field('pragma'));
    this.hasCredentials =
      places.isHidden ||
      this.#fields.has('authorization') ||
      this.#fields.has('cookie') ||
      [...places.headers].some((name) => this.#fields.has(name)) ||
      hasAny(path, places.query);
  }

  /** @param name in lower case */
  field(name: string): string | undefined {
    return this.#fields.get(name);
  }

  get isHead(): boolean {
    return this.request.method === 'HEAD';
  }

  get isRead(): boolean {
    return this.request.method === 'GET' || this.isHead;
  }

  /** Whether it goes by the cache, both ways. */
  get passes(): boolean {
    const hasBody = this.request.body !== undefined && this.request.body !== null;
    return hasBody || this.control.has('no-store') || PASSING.some((name) => this.#fields.has(name));
  }

  /**
   * What an answer to it is chosen by (§4.1): what `Vary` names, and under which host the gateway was asked, which
   * a service may write into links without a word of it.
   */
  selecting(vary: readonly string[]): StoredData['selecting'] {
    return [[ORIGIN, this.#origin], ...vary.map((name) => [name, this.field(name) ?? null] as const)];
  }

  isSelecting(selecting: StoredData['selecting']): boolean {
    return selecting.every(
      ([name, value]) => (name === ORIGIN ? this.#origin : (this.field(name) ?? null)) === value,
    );
  }
}

/** No field has such a name. */
const ORIGIN = ' origin';

function hasAny(path: string, names: ReadonlySet<string>): boolean {
  const at = names.size === 0 ? -1 : path.indexOf('?');
  return at >= 0 && [...new URLSearchParams(path.slice(at)).keys()].some((name) => names.has(name));
}
