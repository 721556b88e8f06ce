/**
 * Finds the route of a path: a tree over the segments of all path templates, in which fixed segments take
 * precedence over templated ones (OpenAPI 3.1 §4.8.8.2), whatever the order of the documents. A segment costs one
 * map lookup, whatever the number of routes. Gateway and services find their operations with it.
 */
import {
  encodedLiteral,
  matchSegment,
  type Segment,
  templateSegments,
} from '../../contract/path-template.ts';
import { type RequestPath, requestPath } from './request-path.ts';

export interface RouteMatch<Route> {
  readonly route: Route;
  readonly segments: readonly Segment[];
  /** Whether the template has no parameters. */
  readonly isFixed: boolean;
  readonly path: RequestPath;
}

interface RouteLeaf<Route> extends Pick<RouteMatch<Route>, 'route' | 'segments' | 'isFixed'> {}

/** The continuations of the beginning of a path. */
class RouteNode<Route> {
  readonly literals = new Map<string, RouteNode<Route>>();
  /** Segments with parameters, in the order of `bySpecificity`. */
  readonly templated: { readonly segment: Segment; readonly node: RouteNode<Route> }[] = [];
  /** The routes of the path that ends here, by method. */
  readonly leaves = new Map<string, RouteLeaf<Route>>();
}

export class RouteTree<Route> {
  readonly #root = new RouteNode<Route>();

  /**
   * @returns the existing route for the method and this shape of path, if there is one; the new route is not added
   * then
   */
  add(method: string, template: string, route: Route): Route | undefined {
    const segments = templateSegments(template);
    const { leaves } = segments.reduce<RouteNode<Route>>(childFor, this.#root);
    const owner = leaves.get(method);
    if (owner !== undefined) return owner.route;
    leaves.set(method, { route, segments, isFixed: segments.every(({ names }) => names.length === 0) });
    return undefined;
  }

  /**
   * A GET route also matches HEAD (RFC 9110 §9.3.2).
   * @throws Problem bad-request (400) for a path that could be taken for another
   */
  find(method: string, url: string): RouteMatch<Route> | undefined {
    const path = requestPath(url);
    const leaf = search(
      this.#root,
      path.decoded,
      0,
      ({ leaves }) => leaves.get(method) ?? (method === 'HEAD' ? leaves.get('GET') : undefined),
    );
    return leaf && { ...leaf, path };
  }

  /** The methods of the path; empty when no operation has the path. */
  allowedMethods(url: string): string[] {
    const found = new Set<string>();
    search(this.#root, requestPath(url).decoded, 0, ({ leaves }) => {
      for (const method of leaves.keys()) found.add(method);
      return undefined;
    });
    if (found.has('GET')) found.add('HEAD');
    if (found.size > 0) found.add('OPTIONS');
    return [...found];
  }
}

/** The reason why no request can match a path template; undefined where requests can. */
export function unreachableReason(template: string): string | undefined {
  if (/[?#]/.test(template)) return 'it contains a query or a fragment';
  try {
    const literals = templateSegments(template).map(({ fixed }) => encodedLiteral(fixed.join('0')));
    requestPath(literals.join('/'));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function childFor<Route>(node: RouteNode<Route>, segment: Segment): RouteNode<Route> {
  const { names, fixed } = segment;
  if (names.length === 0) {
    const literal = fixed[0] ?? '';
    const next = node.literals.get(literal) ?? new RouteNode();
    node.literals.set(literal, next);
    return next;
  }
  const isSame = (other: Segment) => other.fixed.join('{}') === fixed.join('{}');
  const existing = node.templated.find((branch) => isSame(branch.segment));
  if (existing) return existing.node;
  const added = { segment, node: new RouteNode<Route>() };
  node.templated.push(added);
  node.templated.sort((a, b) => bySpecificity(a.segment, b.segment));
  return added.node;
}

/**
 * Sorts by the length of the fixed text, then by the number of parameters, then by the text itself, so that the
 * result does not depend on the order of documents.
 */
function bySpecificity(a: Segment, b: Segment): number {
  const [left, right] = [a.fixed.join('{}'), b.fixed.join('{}')];
  const length = ({ fixed }: Segment) => fixed.join('').length;
  return length(b) - length(a) || a.names.length - b.names.length || (left < right ? -1 : 1);
}

/** Each node is visited at most once, because only one way leads to it. */
function search<Route, T>(
  node: RouteNode<Route>,
  segments: readonly string[],
  index: number,
  visit: (node: RouteNode<Route>) => T | undefined,
): T | undefined {
  if (index === segments.length) return node.leaves.size > 0 ? visit(node) : undefined;
  const segment = segments[index] as string;
  const literal = node.literals.get(segment);
  const found = literal && search(literal, segments, index + 1, visit);
  if (found !== undefined || segment === '') return found;
  for (const { segment: template, node: next } of node.templated) {
    if (matchSegment(segment, template) === undefined) continue;
    const deeper = search(next, segments, index + 1, visit);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}
