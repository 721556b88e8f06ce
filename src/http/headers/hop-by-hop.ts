/**
 * Headers of one connection, which are never forwarded (RFC 9110 §7.6.1), like those that `Connection` names.
 * `Trailer` and `TE` are not forwarded either, because the next hop decides about them. `Expect` is handled by the
 * server that the client is connected to (§10.1.1).
 */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-authentication-info',
  'expect',
]);

/**
 * These headers are forwarded even if `Connection` names them, because the message would be incomplete without
 * them.
 */
const NEVER_BY_HOP: ReadonlySet<string> = new Set([
  'content-length',
  'content-type',
  'host',
  'date',
  'close',
  'keep-alive',
]);

const NONE: ReadonlySet<string> = new Set();

/** The names, in lower case, in a value of `Connection`. */
export const namedInConnection = (connection: string | undefined): ReadonlySet<string> => {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return NONE;
  const names = connection.split(',').map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => name && !NEVER_BY_HOP.has(name)));
};
