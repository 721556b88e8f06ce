/** How long a part may still be kept (RFC 9111 §4.2): the whole has no `Age` that would tell how old the part is. */
import { remainingCacheControl } from '../../http/headers/cache-control.ts';
import type { UpstreamResponse } from '../../outbound/call/upstream-response.ts';

export const remaining = ({ rawHeaders }: Pick<UpstreamResponse, 'rawHeaders'>): string | undefined =>
  remainingCacheControl(rawHeaders);
