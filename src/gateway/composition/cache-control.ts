/** How long a part may still be kept (RFC 9111 §4.2): the whole has no `Age` that would tell how old the part is. */
import { remainingControl } from '../../http/headers/cache-control.ts';
import type { UpstreamAnswer } from '../../outbound/call/upstream-response.ts';

export const deductAge = ({ rawHeaders }: Pick<UpstreamAnswer, 'rawHeaders'>): string | undefined =>
  remainingControl(rawHeaders);
