/**
 * Who asked, for the service behind: `Forwarded` (RFC 7239) and the older `X-Forwarded-For`, `-Proto` and
 * `-Host`. What a client says of this itself is believed only where a trusted proxy stands before us.
 */
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

/** Lower-case names; a client's own are never copied. */
export const FORWARDED_HEADERS: ReadonlySet<string> = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
]);

/** Appends name, value, … to `raw`. */
export const appendForwarded = (raw: string[], req: IncomingMessage, trustProxy: boolean): void => {
  const { headers, socket } = req;
  const address = withoutMapping(socket.remoteAddress ?? 'unknown');
  const proto = (socket as TLSSocket).encrypted ? 'https' : 'http';
  const host = headers.host ?? '';
  const element = `for=${node(address)};host=${quoted(host)};proto=${proto}`;
  if (!trustProxy) {
    raw.push(
      'X-Forwarded-For',
      address,
      'X-Forwarded-Proto',
      proto,
      'X-Forwarded-Host',
      host,
      'Forwarded',
      element,
    );
    return;
  }
  raw.push('X-Forwarded-For', join(headers['x-forwarded-for'], address));
  raw.push('X-Forwarded-Proto', String(headers['x-forwarded-proto'] ?? proto));
  raw.push('X-Forwarded-Host', String(headers['x-forwarded-host'] ?? host));
  raw.push('Forwarded', join(headers.forwarded, element));
};

const join = (before: string | string[] | undefined, own: string): string =>
  before === undefined ? own : `${String(before)}, ${own}`;

/** IPv4 as it is, though the socket is an IPv6 one. */
const withoutMapping = (address: string): string =>
  address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;

/** An IPv6 node is bracketed and quoted (RFC 7239 §6). */
const node = (address: string): string => (address.includes(':') ? `"[${address}]"` : address);

/** A colon or anything else that is no token character needs quotes (RFC 7239 §4). */
const quoted = (value: string): string =>
  /^[\w.!#$%&'*+^`|~-]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
