/**
 * The `_links` of a problem: what helps its caller to go on. Made where problems are written, from the type and
 * from the paths of the hop, so that whoever throws one need not think of it; what the thrower knows better, as
 * `_links` among its extensions, goes before.
 */
import { OPENAPI_JSON } from '../../contract/media-types.ts';
import { type Problem, problemPath } from '../../contract/problem.ts';
import { expandLimit, expandUnknown, fieldsUnknown, notFound } from '../../contract/problems.ts';
import { documentPath, HEALTH_PATH } from '../../contract/shared-paths.ts';
import { plain } from '../uri/href.ts';
import { splitTarget } from '../uri/target.ts';

/** Something that answers at a path. */
export interface Place {
  /** The template of the path. */
  readonly path: string;
  /** Whose document has it; nobody's when it is a page of the gateway's own. */
  readonly service?: string;
}

/** What a hop knows of its paths. */
export interface Paths {
  /** Never throws, whatever is asked. */
  find(method: string, path: string): Place | undefined;
  /** Where it is told how the services are. */
  readonly status: string;
  /** Where it is told how one of them is, as far as that is told. */
  statusOf?(service: string): string | undefined;
}

export interface FailedRequest {
  readonly method: string;
  readonly url: string;
}

interface ProblemLink {
  readonly href: string;
  readonly title?: string;
  readonly type?: string;
}

export type ProblemLinks = Readonly<Record<string, ProblemLink | readonly ProblemLink[]>>;

const NO_PATHS: Paths = { find: () => undefined, status: HEALTH_PATH };
/** Deeper paths are nobody's; a caller may send thousands of slashes. */
const MAX_SEGMENTS = 16;
const MOST_PATH = 1000;

export const describedBy = ({ type }: Problem): ProblemLink => ({
  href: problemPath(type.code),
  title: type.title,
});

export function problemLinks(
  problem: Problem,
  { method, url }: FailedRequest = { method: 'GET', url: '/' },
  paths: Paths = NO_PATHS,
): ProblemLinks {
  const isOurs = problem.status >= 500;
  return {
    describedby: describedBy(problem),
    ...(isOurs ? { status: { href: statusOf(problem, paths) } } : forCaller(problem, method, url, paths)),
    ...(problem.extensions._links as ProblemLinks | undefined),
  };
}

/** Of the service that is not well, where the problem says which. */
function statusOf({ extensions: { service } }: Problem, paths: Paths): string {
  return (typeof service === 'string' && paths.statusOf?.(service)) || paths.status;
}

function forCaller(problem: Problem, method: string, url: string, paths: Paths): ProblemLinks {
  const [asked, query] = splitTarget(url);
  // Each link would say all of it again.
  const path = asked.length > MOST_PATH ? '/' : asked;
  const reads = method === 'GET' || method === 'HEAD';
  const readable = paths.find('GET', path);
  const called = paths.find(method, path);
  const { available } = problem.extensions;
  return {
    up: { href: above(path, paths, { reads, missing: problem.type === notFound }) },
    ...(problem.status === 400 &&
      reads &&
      readable &&
      query !== '' &&
      url.length <= MOST_PATH && { canonical: { href: right(problem, url) } }),
    ...(Array.isArray(available) && {
      alternate: available.map((type) => ({ href: path, type: String(type) })),
    }),
    ...(called?.service !== undefined && { 'service-desc': described(called.service, called.path, method) }),
  };
}

/** The nearest resource that can be read: at the path, or above it. When something is missing, one that is always there. */
function above(path: string, paths: Paths, { reads, missing }: { reads: boolean; missing: boolean }): string {
  const segments = path.split('/').slice(1, MAX_SEGMENTS + 1);
  if (reads) segments.pop();
  for (; segments.length > 0; segments.pop()) {
    const candidate = `/${segments.join('/')}`;
    const place = paths.find('GET', candidate);
    if (place && !(missing && place.path.includes('{'))) return candidate;
  }
  return '/';
}

/** The same without what was wrong. */
const right = ({ type }: Problem, url: string): string =>
  type === expandUnknown || type === expandLimit || type === fieldsUnknown
    ? plain(url)
    : (url.split('?', 1)[0] as string);

/** The operation in its document, by JSON Pointer (RFC 6901 §6). */
const described = (service: string, path: string, method: string): ProblemLink => {
  const operation = (method === 'HEAD' ? 'GET' : method).toLowerCase();
  const pointer = encodeURIComponent(path.replaceAll('~', '~0').replaceAll('/', '~1'));
  return { href: `${documentPath(service)}#/paths/${pointer}/${operation}`, type: OPENAPI_JSON };
};
