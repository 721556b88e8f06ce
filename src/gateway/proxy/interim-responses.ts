/** Forwards interim responses of a service to the client (RFC 9110 §15.2), such as 103 Early Hints (RFC 8297). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HOP_BY_HOP } from '../../http/headers/hop-by-hop.ts';
import { withoutHeaders } from '../../http/headers/raw-headers.ts';
import type { OutboundRequest } from '../../outbound/call/types.ts';

export const forwardInterimResponses = (
  { httpVersionMajor, httpVersionMinor }: IncomingMessage,
  res: ServerResponse,
): OutboundRequest['onInterim'] => {
  // HTTP/1.0 has no interim responses (RFC 9110 §15.2).
  if (httpVersionMajor === 1 && httpVersionMinor === 0) return undefined;
  return (status, rawHeaders) => {
    if (res.headersSent || res.destroyed || res.socket?.writableNeedDrain) return;
    res.writeInformation(status, withoutHeaders(rawHeaders, HOP_BY_HOP));
  };
};
