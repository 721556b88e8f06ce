/** When an operation was given up, and when it ends: the headers that tell its callers in time. */

/** Dates as ISO 8601 has them: `2026-11-01`. */
export interface Deprecation {
  readonly since: string;
  /** When it may be gone. */
  readonly sunset?: string;
  /** Where it is told what to use instead. */
  readonly link?: string;
}

/**
 * `Deprecation` (RFC 9745 §2), `Sunset` (RFC 8594 §3) and a `Link` to what comes after (RFC 9745 §3).
 * @throws Error when a date is none, or it ends before it is deprecated (RFC 9745 §4)
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
