/** An answer as it is kept: whole, with how old it was when it came, and for which requests it was chosen. */
import { ageOf, type Directives, secondsOf } from '../../http/headers/cache-control.ts';
import { HOP_BY_HOP, namedInConnection } from '../../http/headers/hop-by-hop.ts';
import { parseHttpDate } from '../../http/headers/http-date.ts';
import { fieldOf, only, withoutHeaders } from '../../http/headers/raw-headers.ts';
import { type CachePolicy, cachePolicyOf } from './directives.ts';

/** What can be written down of it. */
export interface StoredData {
  readonly status: number;
  /** Name, value, …, without what concerns one connection, and `Age`. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** What the request had in the fields that `Vary` names; null where it had none. */
  readonly selecting: readonly (readonly [name: string, value: string | null])[];
  /** `Date.now()` when it came. */
  readonly receivedAt: number;
  /** Seconds that it had then. */
  readonly initialAge: number;
}

/** When an answer was asked for, and came: `Date.now()`. */
export interface Timing {
  readonly sentAt: number;
  readonly receivedAt: number;
}

export class Stored implements StoredData {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly selecting: StoredData['selecting'];
  readonly receivedAt: number;
  readonly initialAge: number;
  readonly control: Directives;
  /** Seconds that it is fresh, from its making on. */
  readonly lifetime: number;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;

  constructor({ status, headers, body, selecting, receivedAt, initialAge }: StoredData) {
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

  /** Seconds (RFC 9111 §4.2.3). */
  age(now: number): number {
    return this.initialAge + Math.max(0, now - this.receivedAt) / 1000;
  }

  /** Seconds that it stays fresh; below 0, since when it is stale. */
  timeToLive(now: number): number {
    return this.lifetime - this.age(now);
  }

  /** Whether those with credentials and those without may have the same (§3.5). */
  get isForEverybody(): boolean {
    return this.control.has('public') || this.control.has('s-maxage');
  }

  get hasValidator(): boolean {
    return this.etag !== undefined || this.lastModified !== undefined;
  }
}

/** What it is kept for without a word of how long is: nothing. An API's answer that does not say is asked for again. */
function lifetimeOf(
  { control, isTargeted }: CachePolicy,
  headers: readonly string[],
  receivedAt: number,
): number {
  const seconds = secondsOf(control, 's-maxage') ?? secondsOf(control, 'max-age');
  if (seconds !== undefined) return seconds;
  const until = isTargeted ? undefined : parseHttpDate(fieldOf(headers, 'expires'), receivedAt);
  return until === undefined ? 0 : Math.max(0, (until - dateOf(headers, receivedAt)) / 1000);
}

const dateOf = (headers: readonly string[], receivedAt: number): number =>
  parseHttpDate(fieldOf(headers, 'date'), receivedAt) ?? receivedAt;

/** Seconds (§4.2.3): what it says, and the way to here; or what its date says, where that is more. */
export function initialAgeOf(raw: readonly string[], { sentAt, receivedAt }: Timing): number {
  const corrected = ageOf(fieldOf(raw, 'age')) + Math.max(0, receivedAt - sentAt) / 1000;
  return Math.max(0, (receivedAt - dateOf(raw, receivedAt)) / 1000, corrected);
}

const DATE: ReadonlySet<string> = new Set(['date']);

/** Headers of an answer as they are kept (§3.1), with a `Date` that is one (RFC 9110 §6.6.1). */
export function keptHeaders(raw: readonly string[], receivedAt: number): string[] {
  const named = namedInConnection(fieldOf(raw, 'connection'));
  const isKept = (name: string) => !HOP_BY_HOP.has(name) && !named.has(name) && name !== 'age';
  const kept = only(raw, isKept);
  if (parseHttpDate(fieldOf(kept, 'date'), receivedAt) !== undefined) return kept;
  return [...withoutHeaders(kept, DATE), 'Date', new Date(receivedAt).toUTCString()];
}
