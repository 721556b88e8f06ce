/** Where a service listens: one URL, or one an instance, all with the same path. */

export interface Location {
  /** Scheme, host and port of each. */
  readonly urls: readonly string[];
  /** Their path; undefined where the document says what it is. */
  readonly base: string | undefined;
}

/** @throws what `fault` makes of what is wrong */
export function locationOf(texts: readonly string[], fault: (message: string) => Error): Location {
  const places = texts.map((text) => {
    const place = placeOf(text.trim());
    if (place === undefined)
      throw fault(`expected scheme, host and port such as http://orders:8083, got ${text.trim()}`);
    return place;
  });
  const [first, ...others] = places as [Place, ...Place[]];
  const other = others.find(({ base }) => base !== first.base);
  if (other)
    throw fault(
      `expected the same path after each host, got ${first.base ?? 'none'} and ${other.base ?? 'none'}; give all instances one`,
    );
  const urls = places.map(({ url }) => url);
  const twice = urls.find((url, index) => urls.indexOf(url) !== index);
  if (twice !== undefined) throw fault(`names ${twice} twice; each instance is named once`);
  return { urls, base: first.base };
}

interface Place {
  readonly url: string;
  readonly base: string | undefined;
}

/** @returns undefined for what is none, or has more than a path */
function placeOf(text: string): Place | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  const { origin, pathname } = url;
  const base = pathname.replace(/\/$/, '');
  if (url.href.replace(/\/$/, '') !== origin + base) return undefined;
  return { url: origin, base: base === '' && !text.endsWith('/') ? undefined : base };
}
