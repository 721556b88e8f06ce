/** Scheme and host as the client sees them. Reads `Host`, and `X-Forwarded-*` if the proxy is trusted. */
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

const HOST = /^[A-Za-z0-9.\-[\]:]{1,255}$/;

export function originOf({ headers, socket }: IncomingMessage, trustProxy: boolean): string {
  const forwarded = (name: 'proto' | 'host') =>
    trustProxy ? first(headers[`x-forwarded-${name}`]) : undefined;
  const own = (socket as TLSSocket).encrypted ? 'https' : 'http';
  const protocol = /^https?$/.exec(forwarded('proto') ?? '')?.[0] ?? own;
  const host = forwarded('host') ?? headers.host ?? '';
  return `${protocol}://${HOST.test(host) ? host : 'localhost'}`;
}

/** The value of the proxy that is closest to the client. */
const first = (value: string | string[] | undefined): string | undefined =>
  value === undefined ? undefined : String(value).split(',', 1)[0]?.trim();
