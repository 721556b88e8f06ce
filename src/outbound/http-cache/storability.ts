/** What a shared cache may keep (RFC 9111 §3), and what may be given to those who asked the same meanwhile (§4). */
import { fieldOf } from '../../http/headers/raw-headers.ts';
import type { UpstreamResponse } from '../call/upstream-response.ts';
import type { CacheRequest } from './cache-request.ts';
import { cachePolicyOf, listMembers } from './directives.ts';
import { type ExchangeTiming, initialAgeOf, StoredResponse, storedHeaders } from './stored-response.ts';

/** Those that may be kept without a word of how long (RFC 9110 §15.1), and that are understood here. */
const UNDERSTOOD: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414]);

/** They speak of another answer, or of a part of one. */
const NEVER_STORED: ReadonlySet<number> = new Set([206, 304]);

const FRESHNESS_DIRECTIVES = ['s-maxage', 'max-age', 'public'];
const STALE_DIRECTIVES = ['stale-if-error', 'stale-while-revalidate'];

/** What is to become of an answer, as its head says. */
export interface StorageDecision {
  readonly isStored: boolean;
  /** Whether it may be given to all who asked just the same while it was on its way. */
  readonly isShared: boolean;
}

const NEITHER: StorageDecision = { isStored: false, isShared: false };

export function decideStorage(
  { status, rawHeaders }: UpstreamResponse,
  asked: CacheRequest,
): StorageDecision {
  const fate = decideStorageOfHead(status, rawHeaders, asked);
  return { ...fate, isStored: fate.isStored && asked.request.method === 'GET' };
}

/** Of what is kept, with the fields of a newer head: they are held against the same rules, or they would get by them. */
export const decideStorageOfUpdate = (
  { status, headers }: StoredResponse,
  asked: CacheRequest,
): StorageDecision => decideStorageOfHead(status, headers, asked);

function decideStorageOfHead(
  status: number,
  rawHeaders: readonly string[],
  asked: CacheRequest,
): StorageDecision {
  const { control, isTargeted } = cachePolicyOf(rawHeaders);
  const isUnderstood = UNDERSTOOD.has(status);
  const forbids = control.has('must-understand') ? !isUnderstood : control.has('no-store');
  // A cookie that is set is for one; an event stream has no end.
  if (forbids || status >= 500 || NEVER_STORED.has(status) || fieldOf(rawHeaders, 'set-cookie') !== undefined)
    return NEITHER;
  if (/^text\/event-stream\b/i.test(fieldOf(rawHeaders, 'content-type') ?? '')) return NEITHER;
  if (listMembers(fieldOf(rawHeaders, 'vary')).includes('*')) return NEITHER;
  const isPrivate = control.has('private');
  const isForEverybody = control.has('public') || control.has('s-maxage');
  const says =
    FRESHNESS_DIRECTIVES.some((name) => control.has(name)) ||
    (!isTargeted && fieldOf(rawHeaders, 'expires') !== undefined);
  return {
    isStored:
      !isPrivate &&
      (!asked.hasCredentials || isForEverybody) &&
      (says || isUnderstood) &&
      isWorthStoring(control, rawHeaders),
    isShared: !control.has('no-cache') && (!isPrivate || asked.hasCredentials),
  };
}

/** What is neither fresh for a moment, nor can be asked about, nor helps in need, only takes room. */
const isWorthStoring = (control: ReadonlyMap<string, string>, raw: readonly string[]): boolean =>
  ['etag', 'last-modified', 'expires'].some((name) => fieldOf(raw, name) !== undefined) ||
  [...FRESHNESS_DIRECTIVES, ...STALE_DIRECTIVES].some((name) => Number(control.get(name)) > 0);

/** @param body whole */
export function toStoredResponse(
  { status, rawHeaders }: Pick<UpstreamResponse, 'status' | 'rawHeaders'>,
  body: Buffer,
  asked: CacheRequest,
  timing: ExchangeTiming,
): StoredResponse {
  const { receivedAt } = timing;
  return new StoredResponse({
    ...{ status, body, receivedAt },
    headers: storedHeaders(rawHeaders, receivedAt),
    selecting: asked.selecting(listMembers(fieldOf(rawHeaders, 'vary'))),
    initialAge: initialAgeOf(rawHeaders, timing),
  });
}
