/**
 * Headers that are about one connection and never go on to the next (RFC 9110 §7.6.1), to be dropped
 * together with those that `Connection` names. `Trailer` and `TE` go too, which the next hop decides for itself; `Expect`
 * is answered by the server that the client talks to (§10.1.1).
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

/** Without these a message would not be whole, so naming them in `Connection` does not drop them. */
const NEVER_BY_HOP: ReadonlySet<string> = new Set([
  'content-length',
  'content-type',
  'host',
  'date',
  'close',
  'keep-alive',
]);

const NONE: ReadonlySet<string> = new Set();

/** Lower-case names of the headers that the value of `Connection` names. */
export const namedInConnection = (connection: string | undefined): ReadonlySet<string> => {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return NONE;
  const names = connection.split(',').map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => name && !NEVER_BY_HOP.has(name)));
};
