/**
 * The path of a request, taken apart so that it has one meaning here and at the service (RFC 3986 §3.3, §6.2.2).
 *
 * Segments end at `/`; an encoded one, `%2F`, is data. A segment is compared by what it is when it is decoded, in its
 * case and without Unicode normalization. What a server, a proxy or a URL parser could take for another path is refused
 * with 400: `.` and `..` however they are written, a backslash, control characters, what is not UTF-8.
 */
import { Problem } from '../../contract/problem.ts';
import { badRequest } from '../../contract/problems.ts';
import { hasControl, hasDots } from './path-segment.ts';
import { splitTarget } from './target.ts';

export interface RequestPath {
  /** As they came. */
  readonly raw: readonly string[];
  readonly decoded: readonly string[];
  /** As it came, without its question mark. */
  readonly query: string;
}

/** A path with none of these is what it looks like. */
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
  if (raw.includes('\\')) throw pathProblem('a backslash; it is written %5C');
  if (/[^!-~]/.test(raw)) throw pathProblem('characters that have to be percent-encoded');
  const segment = percentDecode(raw);
  if (hasControl(segment)) throw pathProblem('control characters');
  if (hasDots(segment)) throw pathProblem('a segment that is . or .., which would make another path of it');
  return segment;
}

function percentDecode(raw: string): string {
  if (!raw.includes('%')) return raw;
  try {
    return decodeURIComponent(raw);
  } catch {
    throw pathProblem('broken percent-encoding');
  }
}

const pathProblem = (what: string): Problem => new Problem(badRequest, `The path has ${what}.`);
