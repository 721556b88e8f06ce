/** `Via` (RFC 9110 §7.6.3): who passed a request on. */
import type { IncomingMessage } from 'node:http';

/** What the gateway calls itself. */
export const VIA = '1.1 linkway';

/** Whether the gateway passed a request on: then its pages are there beside what is answered. */
export const isFromGateway = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  headers.via?.split(',').some((hop) => hop.trim() === VIA) ?? false;
