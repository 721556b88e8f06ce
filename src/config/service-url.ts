/** The base URLs of a service: one for each instance, all with the same path. */

export interface ServiceLocation {
  /** Scheme, host and port of each instance. */
  readonly urls: readonly string[];
  /** Relative shares of the calls; undefined if all are equal. */
  readonly weights?: readonly number[];
  /** Their common path; undefined if the document determines it. */
  readonly base: string | undefined;
}

/**
 * @param weights of the URLs. One with 0 takes no calls and is left out.
 * @returns the location, or a message about the fault
 */
export function parseServiceUrls(
  texts: readonly string[],
  weights: readonly number[] = texts.map(() => 1),
): ServiceLocation | string {
  const places = texts.map((text) => ({ text: text.trim(), place: parseServiceUrl(text.trim()) }));
  const wrong = places.filter(({ place }) => place === undefined).map(({ text }) => text);
  if (wrong.length > 0)
    return `expected a URL with scheme, host and port such as http://orders:8083, got ${wrong.join(' and ')}`;
  const [first, ...others] = places.map(({ place }) => place) as [ParsedUrl, ...ParsedUrl[]];
  const other = others.find(({ base }) => base !== first.base);
  if (other)
    return `expected the same path after each host, got ${first.base ?? 'none'} and ${other.base ?? 'none'}; use the same path for all instances`;
  const urls = [first, ...others].map(({ url }) => url);
  const twice = urls.find((url, index) => urls.indexOf(url) !== index);
  if (twice !== undefined) return `lists ${twice} twice; list each instance once`;
  const used = urls
    .map((url, index) => ({ url, weight: weights[index] ?? 1 }))
    .filter(({ weight }) => weight > 0);
  if (used.length === 0) return 'expected at least one weight above 0';
  const isWeighted = new Set(used.map(({ weight }) => weight)).size > 1;
  return {
    urls: used.map(({ url }) => url),
    ...(isWeighted && { weights: used.map(({ weight }) => weight) }),
    base: first.base,
  };
}

interface ParsedUrl {
  readonly url: string;
  readonly base: string | undefined;
}

/** @returns undefined for an invalid URL, or a URL with a query, a fragment or credentials */
function parseServiceUrl(text: string): ParsedUrl | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  const { origin, pathname } = url;
  const base = pathname.replace(/\/$/, '');
  if (url.href.replace(/\/$/, '') !== origin + base) return undefined;
  return { url: origin, base: base === '' && !text.endsWith('/') ? undefined : base };
}
