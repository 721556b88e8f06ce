/** `Cache-Status` (RFC 9211): how the cache handled a request. */

/** The name of this cache in the header. */
const NAME = 'linkway';

/** Why a request was forwarded (§2.2). */
export type ForwardReason = 'bypass' | 'method' | 'uri-miss' | 'vary-miss' | 'miss' | 'request' | 'stale';

export interface CacheStatus {
  /** Absent where the request was not forwarded, so that it is a hit (§2.1). */
  readonly fwd?: ForwardReason | undefined;
  /** The status with which the service responded (§2.3). */
  readonly fwdStatus?: number | undefined;
  /** Seconds for which the response stays fresh (§2.4). */
  readonly ttl?: number | undefined;
  readonly isStored?: boolean | undefined;
  /** Whether the request was collapsed with another one (§2.6). */
  readonly isCollapsed?: boolean | undefined;
  /** A token. */
  readonly detail?: string | undefined;
}

export const CACHE_STATUS = 'Cache-Status';

export function formatCacheStatus({
  fwd,
  fwdStatus,
  ttl,
  isStored,
  isCollapsed,
  detail,
}: CacheStatus): string {
  let text = NAME + (fwd === undefined ? '; hit' : `; fwd=${fwd}`);
  if (fwdStatus !== undefined) text += `; fwd-status=${fwdStatus}`;
  if (isStored) text += '; stored';
  if (isCollapsed) text += '; collapsed';
  if (ttl !== undefined) text += `; ttl=${Math.trunc(ttl)}`;
  if (detail !== undefined) text += `; detail=${detail}`;
  return text;
}
