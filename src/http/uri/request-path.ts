/**
 * Splits the path of a request so that gateway and service read it the same way (RFC 3986 §3.3, §6.2.2).
 *
 * Segments are separated by `/`, while an encoded slash, `%2F`, is data. Segments are compared after decoding,
 * case-sensitively and without Unicode normalization. A path that a server, a proxy or a URL parser could take for
 * another one is refused with 400: `.` and `..` however they are written, a backslash, control characters, invalid
 * UTF-8.
 */
import { Problem } from '../../contract/problem.ts';
import { badRequest } from '../../contract/problems.ts';
import { hasControl, hasDots } from './path-segment.ts';
import { splitTarget } from './target.ts';

export interface RequestPath {
  /** The segments as they were sent. */
  readonly raw: readonly string[];
  readonly decoded: readonly string[];
  /** The raw query, without the question mark. */
  readonly query: string;
}

/** A path without these characters needs no decoding and no checks. */
const NEEDS_CHECK = /[%\\;]|[^!-~]|\/\.\.?(?:\/|$)/;

/**
 * @param url path and query
 * @throws Problem bad-request (400)
 */
export function requestPath(url: string): RequestPath {
  const [path, query] = splitTarget(url);
  const raw = path.split('/');
  if (!NEEDS_CHECK.test(path)) return { raw, decoded: raw, query };
  return { raw, decoded: raw.map(decodeSegment), query };
}

function decodeSegment(raw: string): string {
  if (raw.includes('\\')) throw pathProblem('contains a backslash, which has to be encoded as %5C');
  if (/[^!-~]/.test(raw)) throw pathProblem('contains characters that have to be percent-encoded');
  const segment = percentDecode(raw);
  if (hasControl(segment)) throw pathProblem('contains control characters');
  if (hasDots(segment)) throw pathProblem('has a segment . or .., which would change the path');
  return segment;
}

function percentDecode(raw: string): string {
  if (!raw.includes('%')) return raw;
  try {
    return decodeURIComponent(raw);
  } catch {
    throw pathProblem('has broken percent-encoding');
  }
}

const pathProblem = (fault: string): Problem => new Problem(badRequest, `The path ${fault}.`);
