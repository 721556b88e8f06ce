/** `Via` (RFC 9110 §7.6.3): the hops that forwarded a request. */
import type { IncomingMessage } from 'node:http';

/** The protocol of a request that came over HTTP/1.1, and the name of the gateway. */
export const VIA = '1.1 linkway';

/** The same for a request that came over HTTP/2. */
const VIA_HTTP2 = '2.0 linkway';

export const viaOf = ({ httpVersionMajor }: Pick<IncomingMessage, 'httpVersionMajor'>): string =>
  httpVersionMajor === 2 ? VIA_HTTP2 : VIA;

const OWN: ReadonlySet<string> = new Set([VIA, VIA_HTTP2]);

/** Whether the gateway forwarded a request. Its pages are then available at the host that the client requested. */
export const isFromGateway = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  headers.via?.split(',').some((hop) => OWN.has(hop.trim())) ?? false;
