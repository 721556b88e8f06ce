/** Deducts `Age` from the freshness lifetime of an embedded resource (RFC 9111 §4.2): the composed response has no `Age`. */
import { remainingControl } from '../../http/headers/cache-control.ts';
import type { UpstreamAnswer } from '../../outbound/call/upstream-response.ts';

export const deductAge = ({ rawHeaders }: Pick<UpstreamAnswer, 'rawHeaders'>): string | undefined =>
  remainingControl(rawHeaders);
