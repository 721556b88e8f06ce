/**
 * Who asked, for the service behind: `Forwarded` (RFC 7239) and the older `X-Forwarded-For`, `-Proto` and
 * `-Host`. What a client says of this itself is believed only where a trusted proxy stands before us.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { withoutMapping } from '../server/trust-proxy.ts';

/** Lower-case names; a client's own are never copied. */
export const FORWARDED_HEADERS: ReadonlySet<string> = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
]);

/** What a connection's last request said; the next one mostly says the same. */
const said = new WeakMap<object, { readonly host: string; readonly raw: readonly string[] }>();

/** Appends name, value, … to `raw`. */
export const appendForwarded = (raw: string[], req: IncomingMessage, trustProxy: boolean): void => {
  const { headers, socket } = req;
  const host = headers.host ?? '';
  let own = said.get(socket);
  if (own?.host !== host) {
    own = { host, raw: forwardedOf(socket, host) };
    said.set(socket, own);
  }
  raw.push(...(trustProxy ? continued(own.raw, headers) : own.raw));
};

const forwardedOf = (socket: Socket, host: string): string[] => {
  const address = withoutMapping(socket.remoteAddress ?? 'unknown');
  const proto = (socket as TLSSocket).encrypted ? 'https' : 'http';
  const element = `for=${node(address)};host=${quoted(host)};proto=${proto}`;
  return [
    ...['X-Forwarded-For', address, 'X-Forwarded-Proto', proto],
    ...['X-Forwarded-Host', host, 'Forwarded', element],
  ];
};

/** After what the proxy before us said. */
const continued = (own: readonly string[], headers: IncomingHttpHeaders): string[] => {
  const [
    forName = '',
    address = '',
    protoName = '',
    proto = '',
    hostName = '',
    host = '',
    name = '',
    element = '',
  ] = own;
  return [
    ...[forName, join(headers['x-forwarded-for'], address)],
    ...[protoName, String(headers['x-forwarded-proto'] ?? proto)],
    ...[hostName, String(headers['x-forwarded-host'] ?? host)],
    ...[name, join(headers.forwarded, element)],
  ];
};

const join = (before: string | string[] | undefined, own: string): string =>
  before === undefined ? own : `${String(before)}, ${own}`;

/** An IPv6 node is bracketed and quoted (RFC 7239 §6). */
const node = (address: string): string => (address.includes(':') ? `"[${address}]"` : address);

/** A colon or anything else that is no token character needs quotes (RFC 7239 §4). */
const quoted = (value: string): string =>
  /^[\w.!#$%&'*+^`|~-]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
