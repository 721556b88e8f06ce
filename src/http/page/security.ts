/** The security headers of responses that this process creates itself, as objects for Express. */
import { securityHeaders } from '../headers/security-headers.ts';

/** Allows content of this server only, and nothing inline. */
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

/** Security headers for HTML. A page that needs another content policy passes it as `policy`. */
export const pageSecurity = (policy: string = PAGE_POLICY): Readonly<Record<string, string>> =>
  asObject(securityHeaders({ 'Content-Security-Policy': policy }));
