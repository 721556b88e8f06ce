/**
 * Which operation a request is for: a tree over the segments of all path templates, concrete ones before templated ones
 * (OpenAPI 3.1 §4.8.8.2), whatever the order of the documents. A segment costs one look into a map, however many routes
 * there are.
 */
import { ConfigError } from '../config/config-error.ts';
import { shapeOf } from './document/paths.ts';
import type { GatewayOperation } from './operation.ts';
import { encodedLiteral, type Segment, templateSegments, valuesIn } from './path-template.ts';
import { type RequestPath, requestPath } from './request-path.ts';

export interface Match {
  readonly operation: GatewayOperation;
  /** Values by the document's names, percent-encoded. */
  readonly params: ReadonlyMap<string, string>;
  /** As it came, without its question mark. */
  readonly query: string;
  /** Path and query to be sent on: values as they came, the rest as the template has it. */
  readonly url: string;
}

export interface OperationRouter {
  /** @throws Problem bad-request (400) for a path that could be taken for another */
  find(method: string, url: string): Match | undefined;
  /** Methods that the path takes; none when it is nobody's. */
  allowed(url: string): string[];
}

/** What may follow a beginning of a path. */
class Node {
  readonly literals = new Map<string, Node>();
  /** Segments with parameters, in the order of `bySpecificity`. */
  readonly templated: { readonly segment: Segment; readonly node: Node }[] = [];
  /** By method, of the path that ends here. */
  readonly routes = new Map<string, Route>();
}

interface Route {
  readonly operation: GatewayOperation;
  readonly segments: readonly Segment[];
  /** Whether its path has no parameter. */
  readonly isFixed: boolean;
}

/** @throws ConfigError when two operations claim the same method and path */
export const createRouter = (operations: readonly GatewayOperation[]): OperationRouter => {
  const root = new Node();
  const owners = new Map<string, GatewayOperation>();
  const add = (method: string, operation: GatewayOperation): void => {
    const key = `${method} ${shapeOf(operation.path)}`;
    const owner = owners.get(key);
    if (owner) throw new ConfigError(conflict(method, operation, owner));
    owners.set(key, operation);
    const segments = templateSegments(operation.path);
    const isFixed = segments.every(({ names }) => names.length === 0);
    segments.reduce(below, root).routes.set(method, { operation, segments, isFixed });
  };
  for (const operation of operations) add(operation.method, operation);
  // Whoever has GET has HEAD (RFC 9110 §9.3.2).
  for (const operation of operations)
    if (operation.method === 'GET' && !owners.has(`HEAD ${shapeOf(operation.path)}`)) add('HEAD', operation);

  const find = (method: string, url: string): Match | undefined => {
    const path = requestPath(url);
    const route = search(root, path.decoded, 0, (node) => node.routes.get(method));
    return route && matchOf(route, path, url);
  };
  const allowed = (url: string): string[] => {
    const found = new Set<string>();
    search(root, requestPath(url).decoded, 0, ({ routes }) => {
      for (const method of routes.keys()) found.add(method);
      return undefined;
    });
    if (found.size > 0) found.add('OPTIONS');
    return [...found];
  };
  return { find, allowed };
};

const conflict = (method: string, { service, path }: GatewayOperation, owner: GatewayOperation): string =>
  `${method} ${path} is in the documents of both ${owner.service}${owner.path === path ? '' : ` (as ${owner.path})`} and ${service}; give it to one of them`;

function below(node: Node, segment: Segment): Node {
  const { names, fixed } = segment;
  if (names.length === 0) {
    const literal = fixed[0] ?? '';
    const next = node.literals.get(literal) ?? new Node();
    node.literals.set(literal, next);
    return next;
  }
  const isSame = (other: Segment) => other.fixed.join('{}') === fixed.join('{}');
  const known = node.templated.find((one) => isSame(one.segment));
  if (known) return known.node;
  const added = { segment, node: new Node() };
  node.templated.push(added);
  node.templated.sort((a, b) => bySpecificity(a.segment, b.segment));
  return added.node;
}

/** Most that is fixed first, then fewest parameters; what is left has to be told apart by something that no order of documents changes. */
function bySpecificity(a: Segment, b: Segment): number {
  const [left, right] = [a.fixed.join('{}'), b.fixed.join('{}')];
  const length = ({ fixed }: Segment) => fixed.join('').length;
  return length(b) - length(a) || a.names.length - b.names.length || (left < right ? -1 : 1);
}

/** Every node is entered once at the most, since it has one way to it. */
function search<T>(
  node: Node,
  segments: readonly string[],
  at: number,
  visit: (node: Node) => T | undefined,
): T | undefined {
  if (at === segments.length) return node.routes.size > 0 ? visit(node) : undefined;
  const segment = segments[at] as string;
  const literal = node.literals.get(segment);
  const found = literal && search(literal, segments, at + 1, visit);
  if (found !== undefined || segment === '') return found;
  for (const { segment: template, node: next } of node.templated) {
    if (valuesIn(segment, template) === undefined) continue;
    const deeper = search(next, segments, at + 1, visit);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

const NO_PARAMS: ReadonlyMap<string, string> = new Map();

function matchOf({ operation, segments, isFixed }: Route, path: RequestPath, url: string): Match {
  const { raw, decoded, query } = path;
  if (isFixed && raw === decoded) return { operation, params: NO_PARAMS, query, url };
  const params = new Map<string, string>();
  for (const [index, { names, fixed }] of segments.entries()) {
    const values =
      names.length === 0 ? [] : valuesOf({ names, fixed }, raw[index] ?? '', decoded[index] ?? '');
    for (const [place, name] of names.entries()) params.set(name, values[place] as string);
  }
  return { operation, params, query, url: raw === decoded ? url : normal(segments, path, url) };
}

/** As they came; where what stands between them is encoded, as they could have come. */
const valuesOf = (segment: Segment, raw: string, decoded: string): readonly string[] =>
  valuesIn(raw, segment) ?? (valuesIn(decoded, segment) ?? []).map(encodeURI);

function normal(segments: readonly Segment[], { raw, query }: RequestPath, url: string): string {
  const path = segments.map(({ names, fixed }, index) =>
    names.length === 0 ? encodedLiteral(fixed[0] ?? '') : raw[index],
  );
  return path.join('/') + (url.includes('?') ? `?${query}` : '');
}
