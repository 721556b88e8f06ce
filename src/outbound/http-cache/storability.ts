/** Whether a shared cache may store a response (RFC 9111 §3), and whether identical requests may share it (§4). */
import { fieldOf } from '../../http/headers/raw-headers.ts';
import type { UpstreamResponse } from '../call/upstream-response.ts';
import type { CacheRequest } from './cache-request.ts';
import { cachePolicyOf, listMembers } from './directives.ts';
import { type ExchangeTiming, initialAgeOf, StoredResponse, storedHeaders } from './stored-response.ts';

/** Statuses that the cache understands, and that can be stored without explicit freshness (RFC 9110 §15.1). */
const UNDERSTOOD: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414]);

/** Responses that are about another response, or that are a part of one. */
const NEVER_STORED: ReadonlySet<number> = new Set([206, 304]);

const FRESHNESS_DIRECTIVES = ['s-maxage', 'max-age', 'public'];
const STALE_DIRECTIVES = ['stale-if-error', 'stale-while-revalidate'];

export interface StorageDecision {
  readonly isStored: boolean;
  /** Whether all identical requests that arrived during the fetch may have the response. */
  readonly isShared: boolean;
}

const NEITHER: StorageDecision = { isStored: false, isShared: false };

export function decideStorage(
  { status, rawHeaders }: UpstreamResponse,
  request: CacheRequest,
): StorageDecision {
  const decision = decideStorageOfHead(status, rawHeaders, request);
  return { ...decision, isStored: decision.isStored && request.request.method === 'GET' };
}

/** Applies the same rules to a stored response whose headers were updated, as the update could otherwise evade them. */
export const decideStorageOfUpdate = (
  { status, headers }: StoredResponse,
  request: CacheRequest,
): StorageDecision => decideStorageOfHead(status, headers, request);

function decideStorageOfHead(
  status: number,
  rawHeaders: readonly string[],
  request: CacheRequest,
): StorageDecision {
  const { control, isTargeted } = cachePolicyOf(rawHeaders);
  const isUnderstood = UNDERSTOOD.has(status);
  const isForbidden = control.has('must-understand') ? !isUnderstood : control.has('no-store');
  if (isForbidden || status >= 500 || NEVER_STORED.has(status)) return NEITHER;
  // A cookie is for one client.
  if (fieldOf(rawHeaders, 'set-cookie') !== undefined) return NEITHER;
  // An event stream does not end.
  if (/^text\/event-stream\b/i.test(fieldOf(rawHeaders, 'content-type') ?? '')) return NEITHER;
  if (listMembers(fieldOf(rawHeaders, 'vary')).includes('*')) return NEITHER;
  const isPrivate = control.has('private');
  const isPublic = control.has('public') || control.has('s-maxage');
  const hasFreshness =
    FRESHNESS_DIRECTIVES.some((name) => control.has(name)) ||
    (!isTargeted && fieldOf(rawHeaders, 'expires') !== undefined);
  return {
    isStored:
      !isPrivate &&
      (!request.hasCredentials || isPublic) &&
      (hasFreshness || isUnderstood) &&
      isWorthStoring(control, rawHeaders),
    isShared: !control.has('no-cache') && (!isPrivate || request.hasCredentials),
  };
}

/** A response is worth its space only if it is fresh for a time, can be validated, or can be used while stale. */
const isWorthStoring = (control: ReadonlyMap<string, string>, raw: readonly string[]): boolean =>
  ['etag', 'last-modified', 'expires'].some((name) => fieldOf(raw, name) !== undefined) ||
  [...FRESHNESS_DIRECTIVES, ...STALE_DIRECTIVES].some((name) => Number(control.get(name)) > 0);

/** @param body the whole body */
export function toStoredResponse(
  { status, rawHeaders }: Pick<UpstreamResponse, 'status' | 'rawHeaders'>,
  body: Buffer,
  request: CacheRequest,
  timing: ExchangeTiming,
): StoredResponse {
  const { receivedAt } = timing;
  return new StoredResponse({
    status,
    body,
    receivedAt,
    headers: storedHeaders(rawHeaders, receivedAt),
    selecting: request.selecting(listMembers(fieldOf(rawHeaders, 'vary'))),
    initialAge: initialAgeOf(rawHeaders, timing),
  });
}
