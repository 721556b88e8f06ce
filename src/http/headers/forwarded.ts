/**
 * Describes the client to the service: `Forwarded` (RFC 7239) and the older `X-Forwarded-For`, `-Proto` and
 * `-Host`. Values that the client sends itself are used only where a trusted proxy sent the request.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { withoutIpv4Mapping } from '../server/trust-proxy.ts';

/** Lower-case names of headers that are never copied from a request. */
export const FORWARDED_HEADERS: ReadonlySet<string> = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
]);

/** The headers of the latest request of each connection; the next request usually has the same. */
const lastForwarded = new WeakMap<object, { readonly host: string; readonly raw: readonly string[] }>();

/** Appends the headers to `raw`. */
export const appendForwarded = (raw: string[], req: IncomingMessage, trustProxy: boolean): void => {
  const { headers, socket } = req;
  const host = headers.host ?? '';
  let own = lastForwarded.get(socket);
  if (own?.host !== host) {
    own = { host, raw: forwardedOf(socket, host) };
    lastForwarded.set(socket, own);
  }
  raw.push(...(trustProxy ? appendToProxy(own.raw, headers) : own.raw));
};

const forwardedOf = (socket: Socket, host: string): string[] => {
  const address = withoutIpv4Mapping(socket.remoteAddress ?? 'unknown');
  const proto = (socket as TLSSocket).encrypted ? 'https' : 'http';
  const element = `for=${forwardedNode(address)};host=${quoteIfNeeded(host)};proto=${proto}`;
  return [
    'X-Forwarded-For',
    address,
    'X-Forwarded-Proto',
    proto,
    'X-Forwarded-Host',
    host,
    'Forwarded',
    element,
  ];
};

/** Appends the headers to those of the trusted proxy. */
const appendToProxy = (own: readonly string[], headers: IncomingHttpHeaders): string[] => {
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
    forName,
    appendValue(headers['x-forwarded-for'], address),
    protoName,
    String(headers['x-forwarded-proto'] ?? proto),
    hostName,
    String(headers['x-forwarded-host'] ?? host),
    name,
    appendValue(headers.forwarded, element),
  ];
};

const appendValue = (before: string | string[] | undefined, own: string): string =>
  before === undefined ? own : `${String(before)}, ${own}`;

/** An IPv6 address is bracketed and quoted (RFC 7239 §6). */
const forwardedNode = (address: string): string => (address.includes(':') ? `"[${address}]"` : address);

/** Other characters than those of a token need quotes (RFC 7239 §4). */
const quoteIfNeeded = (value: string): string =>
  /^[\w.!#$%&'*+^`|~-]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
