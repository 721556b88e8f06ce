/**
 * Creates the `_links` of a problem, which help its client to continue. They are derived from the problem type and
 * the paths of the hop, so that the code that throws a problem need not add them. `_links` among the extensions of
 * a problem take precedence.
 */
import { fragmentPointer } from '../../contract/json-pointer.ts';
import { OPENAPI_JSON } from '../../contract/media-types.ts';
import { type Problem, problemPath } from '../../contract/problem.ts';
import {
  expandLimit,
  expandUnknown,
  fieldsUnknown,
  notFound,
  signInFailed,
} from '../../contract/problems.ts';
import { documentPath, HEALTH_PATH } from '../../contract/shared-paths.ts';
import { withoutSelection } from '../uri/href.ts';
import { splitTarget } from '../uri/target.ts';

/** The owner of a path. */
export interface PathOwner {
  /** The template of the path. */
  readonly path: string;
  /** The service whose document has the path; undefined for pages of the gateway. */
  readonly service?: string;
}

/** Looks up the paths of a hop. */
export interface PathLookup {
  /** Never throws, whatever the path. */
  find(method: string, path: string): PathOwner | undefined;
  /** Path of the status of all services. */
  readonly status: string;
  /** Path of the status of one service, where it has one. */
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

const NO_PATHS: PathLookup = { find: () => undefined, status: HEALTH_PATH };
/** No operation has deeper paths, while a client may send thousands of slashes. */
const MAX_SEGMENTS = 16;
const MAX_PATH_LENGTH = 1000;

export const problemTypeLink = ({ type }: Problem): ProblemLink => ({
  href: problemPath(type.code),
  title: type.title,
});

export function problemLinks(
  problem: Problem,
  { method, url }: FailedRequest = { method: 'GET', url: '/' },
  paths: PathLookup = NO_PATHS,
): ProblemLinks {
  const isServerError = problem.status >= 500;
  return {
    describedby: problemTypeLink(problem),
    ...(isServerError
      ? { status: { href: statusOf(problem, paths) } }
      : clientErrorLinks(problem, method, url, paths)),
    ...(problem.extensions._links as ProblemLinks | undefined),
  };
}

/** The status of the failing service, where the problem names it. */
function statusOf({ extensions: { service } }: Problem, paths: PathLookup): string {
  return (typeof service === 'string' && paths.statusOf?.(service)) || paths.status;
}

function clientErrorLinks(problem: Problem, method: string, url: string, paths: PathLookup): ProblemLinks {
  const [requestedPath, query] = splitTarget(url);
  // Each link would repeat a long path.
  const path = requestedPath.length > MAX_PATH_LENGTH ? '/' : requestedPath;
  const isRead = method === 'GET' || method === 'HEAD';
  const readable = paths.find('GET', path);
  const operation = paths.find(method, path);
  const { available } = problem.extensions;
  return {
    up: { href: nearestReadable(path, paths, { isRead, isMissing: problem.type === notFound }) },
    ...(problem.status === 400 &&
      problem.type !== signInFailed &&
      isRead &&
      readable &&
      query !== '' &&
      url.length <= MAX_PATH_LENGTH && { canonical: { href: correctedUrl(problem, url) } }),
    ...(Array.isArray(available) && {
      alternate: available.map((type) => ({ href: path, type: String(type) })),
    }),
    ...(operation?.service !== undefined && {
      'service-desc': operationLink(operation.service, operation.path, method),
    }),
  };
}

/**
 * The nearest readable resource: at the path or above it. After not-found, only paths without parameters count,
 * because their resources always exist.
 */
function nearestReadable(
  path: string,
  paths: PathLookup,
  { isRead, isMissing }: { isRead: boolean; isMissing: boolean },
): string {
  const segments = path.split('/').slice(1, MAX_SEGMENTS + 1);
  if (isRead) segments.pop();
  for (; segments.length > 0; segments.pop()) {
    const candidate = `/${segments.join('/')}`;
    const owner = paths.find('GET', candidate);
    if (owner && !(isMissing && owner.path.includes('{'))) return candidate;
  }
  return '/';
}

/** The URL without the invalid parameters. */
const correctedUrl = ({ type }: Problem, url: string): string =>
  type === expandUnknown || type === expandLimit || type === fieldsUnknown
    ? withoutSelection(url)
    : (url.split('?', 1)[0] as string);

/** The operation in its document, by JSON Pointer (RFC 6901 §6). */
const operationLink = (service: string, path: string, method: string): ProblemLink => {
  const operation = (method === 'HEAD' ? 'GET' : method).toLowerCase();
  const pointer = fragmentPointer(['paths', path, operation]);
  return { href: documentPath(service) + pointer, type: OPENAPI_JSON };
};
