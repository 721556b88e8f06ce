/**
 * Which route a path belongs to: a tree over the segments of all path templates, concrete ones before templated ones
 * (OpenAPI 3.1 §4.8.8.2), whatever the order of the documents. A segment costs one look into a map, however many routes
 * there are. Gateway and services find their operations with it.
 */
import {
  encodedLiteral,
  matchSegment,
  type Segment,
  templateSegments,
} from '../../contract/path-template.ts';
import { type RequestPath, requestPath } from './request-path.ts';

export interface Found<Route> {
  readonly route: Route;
  readonly segments: readonly Segment[];
  /** Whether the template has no parameter. */
  readonly isFixed: boolean;
  readonly path: RequestPath;
}

interface Leaf<Route> extends Pick<Found<Route>, 'route' | 'segments' | 'isFixed'> {}

/** What may follow a beginning of a path. */
class Node<Route> {
  readonly literals = new Map<string, Node<Route>>();
  /** Segments with parameters, in the order of `bySpecificity`. */
  readonly templated: { readonly segment: Segment; readonly node: Node<Route> }[] = [];
  /** By method, of the path that ends here. */
  readonly leaves = new Map<string, Leaf<Route>>();
}

export class RouteTree<Route> {
  readonly #root = new Node<Route>();

  /** @returns the route that has the method and a path of this shape already; then this one is not added */
  add(method: string, template: string, route: Route): Route | undefined {
    const segments = templateSegments(template);
    const { leaves } = segments.reduce<Node<Route>>(below, this.#root);
    const owner = leaves.get(method);
    if (owner !== undefined) return owner.route;
    leaves.set(method, { route, segments, isFixed: segments.every(({ names }) => names.length === 0) });
    return undefined;
  }

  /**
   * GET takes HEAD as well (RFC 9110 §9.3.2).
   * @throws Problem bad-request (400) for a path that could be taken for another
   */
  find(method: string, url: string): Found<Route> | undefined {
    const path = requestPath(url);
    const leaf = search(
      this.#root,
      path.decoded,
      0,
      ({ leaves }) => leaves.get(method) ?? (method === 'HEAD' ? leaves.get('GET') : undefined),
    );
    return leaf && { ...leaf, path };
  }

  /** Methods that the path takes; none when no operation has it. */
  allowed(url: string): string[] {
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

/** Why no request can be for the path of a template; undefined where one can. */
export function whyUnreachable(template: string): string | undefined {
  if (/[?#]/.test(template)) return 'it has a query or a fragment in it';
  try {
    const literals = templateSegments(template).map(({ fixed }) => encodedLiteral(fixed.join('0')));
    requestPath(literals.join('/'));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function below<Route>(node: Node<Route>, segment: Segment): Node<Route> {
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
  const added = { segment, node: new Node<Route>() };
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
function search<Route, T>(
  node: Node<Route>,
  segments: readonly string[],
  at: number,
  visit: (node: Node<Route>) => T | undefined,
): T | undefined {
  if (at === segments.length) return node.leaves.size > 0 ? visit(node) : undefined;
  const segment = segments[at] as string;
  const literal = node.literals.get(segment);
  const found = literal && search(literal, segments, at + 1, visit);
  if (found !== undefined || segment === '') return found;
  for (const { segment: template, node: next } of node.templated) {
    if (matchSegment(segment, template) === undefined) continue;
    const deeper = search(next, segments, at + 1, visit);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}
