/** A response as the cache stores it: whole, with its age on arrival, and with the requests that it was selected for. */
import { ageOf, type Directives, secondsOf } from '../../http/headers/cache-control.ts';
import { HOP_BY_HOP, namedInConnection } from '../../http/headers/hop-by-hop.ts';
import { parseHttpDate } from '../../http/headers/http-date.ts';
import { fieldOf, only, withoutHeaders } from '../../http/headers/raw-headers.ts';
import { type CachePolicy, cachePolicyOf } from './directives.ts';

/** The serializable part. */
export interface StoredResponseData {
  readonly status: number;
  /** Name, value, …, without hop-by-hop headers and `Age`. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** The values that the request had in the fields that `Vary` names; null for a field that it did not have. */
  readonly selecting: readonly (readonly [name: string, value: string | null])[];
  /** `Date.now()` on arrival. */
  readonly receivedAt: number;
  /** Age on arrival, in seconds. */
  readonly initialAge: number;
}

/** When a request was sent and its response arrived, of `Date.now()`. */
export interface ExchangeTiming {
  readonly sentAt: number;
  readonly receivedAt: number;
}

export class StoredResponse implements StoredResponseData {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly selecting: StoredResponseData['selecting'];
  readonly receivedAt: number;
  readonly initialAge: number;
  readonly control: Directives;
  /** Seconds from its generation for which the response is fresh. */
  readonly lifetime: number;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;

  constructor({ status, headers, body, selecting, receivedAt, initialAge }: StoredResponseData) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.selecting = selecting;
    this.receivedAt = receivedAt;
    this.initialAge = initialAge;
    const policy = cachePolicyOf(headers);
    this.control = policy.control;
    this.lifetime = lifetimeOf(policy, headers, receivedAt);
    this.etag = fieldOf(headers, 'etag');
    this.lastModified = fieldOf(headers, 'last-modified');
  }

  /** In seconds (RFC 9111 §4.2.3). */
  age(now: number): number {
    return this.initialAge + Math.max(0, now - this.receivedAt) / 1000;
  }

  /** Seconds for which the response stays fresh; negative for the seconds since it became stale. */
  timeToLive(now: number): number {
    return this.lifetime - this.age(now);
  }

  /** Whether requests with credentials and requests without them may have the same response (§3.5). */
  get isPublic(): boolean {
    return this.control.has('public') || this.control.has('s-maxage');
  }

  get hasValidator(): boolean {
    return this.etag !== undefined || this.lastModified !== undefined;
  }
}

/** Without explicit freshness the lifetime is 0, since responses of an API are not to be fresh by a heuristic. */
function lifetimeOf(
  { control, isTargeted }: CachePolicy,
  headers: readonly string[],
  receivedAt: number,
): number {
  const seconds = secondsOf(control, 's-maxage') ?? secondsOf(control, 'max-age');
  if (seconds !== undefined) return seconds;
  const expires = isTargeted ? undefined : parseHttpDate(fieldOf(headers, 'expires'), receivedAt);
  return expires === undefined ? 0 : Math.max(0, (expires - dateOf(headers, receivedAt)) / 1000);
}

const dateOf = (headers: readonly string[], receivedAt: number): number =>
  parseHttpDate(fieldOf(headers, 'date'), receivedAt) ?? receivedAt;

/** In seconds (§4.2.3): the corrected age value or the apparent age, whichever is greater. */
export function initialAgeOf(raw: readonly string[], { sentAt, receivedAt }: ExchangeTiming): number {
  const corrected = ageOf(fieldOf(raw, 'age')) + Math.max(0, receivedAt - sentAt) / 1000;
  return Math.max(0, (receivedAt - dateOf(raw, receivedAt)) / 1000, corrected);
}

const DATE: ReadonlySet<string> = new Set(['date']);

/** The headers that are stored of a response (§3.1), with a valid `Date` (RFC 9110 §6.6.1). */
export function storedHeaders(raw: readonly string[], receivedAt: number): string[] {
  const namedHeaders = namedInConnection(fieldOf(raw, 'connection'));
  const isStored = (name: string) => !HOP_BY_HOP.has(name) && !namedHeaders.has(name) && name !== 'age';
  const headers = only(raw, isStored);
  if (parseHttpDate(fieldOf(headers, 'date'), receivedAt) !== undefined) return headers;
  return [...withoutHeaders(headers, DATE), 'Date', new Date(receivedAt).toUTCString()];
}
