/** Finds the operation of a request, and the path to forward to its service. */
import { ConfigError } from '../../config/config-error.ts';
import { encodedLiteral, matchSegment, type Segment } from '../../contract/path-template.ts';
import type { RequestPath } from '../../http/uri/request-path.ts';
import { type RouteMatch, RouteTree } from '../../http/uri/route-tree.ts';
import type { GatewayOperation } from '../operation.ts';

export interface Match {
  readonly operation: GatewayOperation;
  /** Percent-encoded values by the parameter names of the document. */
  readonly params: ReadonlyMap<string, string>;
  /** The query as received, without the question mark. */
  readonly query: string;
  /** Path and query to forward: values as received, everything else from the template. */
  readonly url: string;
}

export interface OperationRouter {
  /** @throws Problem bad-request (400) for an ambiguous path */
  find(method: string, url: string): Match | undefined;
  /** Methods of the path; empty if no operation has it. */
  allowed(url: string): string[];
}

/** @throws ConfigError when operations of two services claim the same method and path */
export const createRouter = (operations: readonly GatewayOperation[]): OperationRouter => {
  const tree = new RouteTree<GatewayOperation>();
  for (const operation of operations) {
    const owner = tree.add(operation.method, operation.path, operation);
    if (owner && owner.service !== operation.service)
      throw new ConfigError(conflictMessage(operation, owner));
  }
  return {
    find(method, url) {
      const found = tree.find(method, url);
      return found && matchOf(found, url);
    },
    allowed: (url) => tree.allowedMethods(url),
  };
};

const conflictMessage = ({ method, service, path }: GatewayOperation, owner: GatewayOperation): string =>
  `${method} ${path} is in the documents of both ${owner.service}${owner.path === path ? '' : ` (as ${owner.path})`} and ${service}; remove it from one of them`;

const NO_PARAMS: ReadonlyMap<string, string> = new Map();

function matchOf({ route, segments, isFixed, path }: RouteMatch<GatewayOperation>, url: string): Match {
  const { raw, decoded, query } = path;
  if (isFixed && raw === decoded) return { operation: route, params: NO_PARAMS, query, url };
  const params = new Map<string, string>();
  for (const [index, { names, fixed }] of segments.entries()) {
    const values =
      names.length === 0 ? [] : valuesOf({ names, fixed }, raw[index] ?? '', decoded[index] ?? '');
    for (const [place, name] of names.entries()) params.set(name, values[place] as string);
  }
  return { operation: route, params, query, url: raw === decoded ? url : normalizedUrl(segments, path, url) };
}

/** Values as received. If the fixed text between them is encoded, the values are encoded again. */
const valuesOf = (segment: Segment, raw: string, decoded: string): readonly string[] =>
  matchSegment(raw, segment) ?? (matchSegment(decoded, segment) ?? []).map(encodeURI);

function normalizedUrl(segments: readonly Segment[], { raw, query }: RequestPath, url: string): string {
  const path = segments.map(({ names, fixed }, index) =>
    names.length === 0 ? encodedLiteral(fixed[0] ?? '') : raw[index],
  );
  return path.join('/') + (url.includes('?') ? `?${query}` : '');
}
