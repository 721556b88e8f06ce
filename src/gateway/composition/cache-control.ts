/** Deducts `Age` from the freshness lifetime of an embedded resource (RFC 9111 §4.2): the composed response has no `Age`. */
import { remainingCacheControl } from '../../http/headers/cache-control.ts';
import type { UpstreamResponse } from '../../outbound/call/upstream-response.ts';

export const deductAge = ({ rawHeaders }: Pick<UpstreamResponse, 'rawHeaders'>): string | undefined =>
  remainingCacheControl(rawHeaders);
