/** `Via` (RFC 9110 §7.6.3): the hops that forwarded a request. */
import type { IncomingMessage } from 'node:http';

/** The name of the gateway. */
export const VIA = '1.1 linkway';

/** Whether the gateway forwarded a request. Its pages are then available at the host that the client requested. */
export const isFromGateway = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  headers.via?.split(',').some((hop) => hop.trim() === VIA) ?? false;
