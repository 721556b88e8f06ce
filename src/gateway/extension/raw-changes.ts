/** Changes of raw headers and queries, for steps and transformations. */
import { ConfigError } from '../../config/config-error.ts';
import { HOP_BY_HOP } from '../../http/headers/hop-by-hop.ts';
import { changeQuery, withoutParameters } from '../../http/uri/query-pairs.ts';

/** These frame a message or belong to one connection, so that changing them would break it. */
const FORBIDDEN: ReadonlySet<string> = new Set([...HOP_BY_HOP, 'content-length', 'host']);

const NAME = /^[!#$%&'*+.^`|~\w-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** @throws ConfigError for a name or a value that cannot be sent, or a header that only the gateway may change */
export function checkHeader(name: string, value = ''): void {
  if (!NAME.test(name)) throw new ConfigError(`${JSON.stringify(name)} is not the name of a header`);
  if (!VALUE.test(value))
    throw new ConfigError(`the value of ${name} has characters that no header may have`);
  if (FORBIDDEN.has(name.toLowerCase())) throw new ConfigError(`the header ${name} cannot be changed`);
}

/** Replaces all headers of a name, in place. */
export function setHeader(raw: string[], name: string, value: string): void {
  checkHeader(name, value);
  removeHeader(raw, name);
  raw.push(name, value);
}

export function removeHeader(raw: string[], name: string): void {
  checkHeader(name);
  const lower = name.toLowerCase();
  for (let i = raw.length - 2; i >= 0; i -= 2)
    if ((raw[i] as string).toLowerCase() === lower) raw.splice(i, 2);
}

/** The headers keep their places and values. */
export function renameHeader(raw: string[], from: string, to: string): void {
  checkHeader(from);
  checkHeader(to);
  const lower = from.toLowerCase();
  for (let i = 0; i < raw.length; i += 2) if ((raw[i] as string).toLowerCase() === lower) raw[i] = to;
}

/** Replaces all parameters of a name in a path with a query. Other parameters keep their spelling. */
export function setQuery(target: string, name: string, value: string): string {
  const rest = removeQuery(target, name);
  const pair = `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  return `${rest}${rest.includes('?') ? '&' : '?'}${pair}`;
}

export const removeQuery = (target: string, name: string): string =>
  withoutParameters(target, new Set([name]));

export const renameQuery = (target: string, from: string, to: string): string =>
  changeQuery(target, (pair, name) => {
    if (name !== from) return pair;
    const at = pair.indexOf('=');
    return encodeURIComponent(to) + (at < 0 ? '' : pair.slice(at));
  });
