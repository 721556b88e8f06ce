/** The security headers of what the gateway serves itself, as objects that Express takes. */
import { securityHeaders } from '../headers/security-headers.ts';

/** Nothing but what this server serves; nothing inline. */
const PAGE_POLICY = [
  "default-src 'none'",
  "connect-src 'self'",
  "img-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const asObject = (raw: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(raw.flatMap((name, index) => (index % 2 ? [] : [[name, raw[index + 1] ?? '']])));

export const dataSecurity = asObject(securityHeaders());

/** For HTML; `policy` in place of the pages' own where one needs more. */
export const pageSecurity = (policy: string = PAGE_POLICY): Readonly<Record<string, string>> =>
  asObject(securityHeaders({ 'Content-Security-Policy': policy }));
