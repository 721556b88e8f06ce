/**
 * Decides which origins (RFC 6454 §6.1) a list allows. A browser sends its origin in one spelling: scheme and host in
 * lower case, without the default port. Only this spelling matches, so that each origin is allowed by exactly one text.
 */

/** Stands for every origin. */
export const ANY_ORIGIN = '*';

/** @param origin the value of `Origin` */
export type OriginMatcher = (origin: string) => boolean;

const WRITTEN = /^([a-z][a-z\d+.-]*):\/\/(\*\.)?([^\s/?#@\\*,]+)$/i;
/** Schemes whose pages have an opaque origin or none. */
const WITHOUT_ORIGIN: ReadonlySet<string> = new Set(['file', 'data', 'blob', 'about', 'ws', 'wss', 'ftp']);
const WEB: ReadonlySet<string> = new Set(['http', 'https']);
/** Host and port of an origin of an application, such as `capacitor://localhost`. */
const APP_HOST = /^[\w.-]+(?::\d{1,5})?$/;
/** An origin has a host name of at most 253 characters (RFC 1035 §2.3.4). */
const MAX_LENGTH = 300;

/**
 * The spelling of a configured origin that browsers use: `HTTPS://App.example:443` is `https://app.example`. A leading
 * `*.` of the host stands for all subdomains.
 * @returns undefined for text that is not such an origin
 */
export function parseOrigin(text: string): string | undefined {
  const [, written = '', wildcard = '', host = ''] = WRITTEN.exec(text) ?? [];
  const scheme = written.toLowerCase();
  if (host === '' || text.length > MAX_LENGTH || WITHOUT_ORIGIN.has(scheme)) return undefined;
  if (!WEB.has(scheme))
    return wildcard === '' && APP_HOST.test(host) ? `${scheme}://${host.toLowerCase()}` : undefined;
  const url = URL.parse(`${scheme}://${host}`);
  if (url === null) return undefined;
  if (wildcard === '') return url.origin;
  return hasSubdomains(url.hostname) ? `${scheme}://${wildcard}${url.host}` : undefined;
}

/** Addresses have no subdomains, and those of a top-level domain belong to anyone. */
const hasSubdomains = (name: string): boolean =>
  name === 'localhost' || (/^[^.]+(?:\.[^.]+)+$/.test(name) && !/^\[|^[\d.]+$/.test(name));

/** What precedes the domain in an allowed origin: one or more names, each with its dot. */
const SUBDOMAINS = /^(?:[a-z\d_-]+\.)+$/;

/** @param origins as `parseOrigin` accepts them, or `*` */
export function originMatcher(origins: readonly string[]): OriginMatcher {
  if (origins.includes(ANY_ORIGIN)) return () => true;
  const parsed = origins.flatMap((one) => parseOrigin(one) ?? []);
  const exact = new Set(parsed.filter((one) => !one.includes('*')));
  const patterns = parsed
    .filter((one) => one.includes('*'))
    .map((one) => {
      const [start = '', end = ''] = one.split('*.');
      return { start, end };
    });
  return (origin) => {
    if (exact.has(origin)) return true;
    if (patterns.length === 0 || origin.length > MAX_LENGTH) return false;
    return patterns.some(
      ({ start, end }) =>
        origin.startsWith(start) &&
        origin.endsWith(end) &&
        SUBDOMAINS.test(origin.slice(start.length, -end.length)),
    );
  };
}
