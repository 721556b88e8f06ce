/** The headers that announce the deprecation and the removal of an operation to its clients. */

/** Dates are ISO 8601, such as `2026-11-01`. */
export interface Deprecation {
  readonly since: string;
  /** When the operation may be removed. */
  readonly sunset?: string;
  /** URL of a page that names the replacement. */
  readonly link?: string;
}

/**
 * `Deprecation` (RFC 9745 §2), `Sunset` (RFC 8594 §3) and a `Link` to the documentation of the deprecation (RFC 9745 §3).
 * @throws Error when a date is invalid, or the sunset is before the deprecation (RFC 9745 §4)
 */
export function deprecationHeaders({ since, sunset, link }: Deprecation): Record<string, string> {
  const [from, until] = [Date.parse(since), Date.parse(sunset ?? since)];
  if (Number.isNaN(from) || Number.isNaN(until) || until < from)
    throw new Error(
      `deprecated since ${since} until ${sunset}: expected ISO 8601 dates, the earlier one first`,
    );
  return {
    Deprecation: `@${from / 1000}`,
    ...(sunset === undefined ? {} : { Sunset: new Date(until).toUTCString() }),
    ...(link === undefined ? {} : { Link: `<${link}>; rel="deprecation"` }),
  };
}
