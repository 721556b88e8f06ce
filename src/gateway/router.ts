/**
 * Which operation a request is for: a radix tree over the path templates of all documents, concrete paths
 * before templated ones (OpenAPI 3.1 §4.8.8.2), whatever the order of the documents.
 */
import FindMyWay, { type HTTPMethod } from 'find-my-way';
import { ConfigError } from '../config/config-error.ts';
import { Problem } from '../contract/problem.ts';
import { badRequest } from '../contract/problems.ts';
import type { GatewayOperation } from './operation.ts';

export interface Match {
  readonly operation: GatewayOperation;
  /** Decoded values by the document's names. */
  readonly params: ReadonlyMap<string, string>;
  /** As it came, without its question mark. */
  readonly query: string;
}

export interface OperationRouter {
  /** @throws Problem bad-request (400) where the path's percent-encoding is broken */
  find(method: string, url: string): Match | undefined;
  /** Methods that the path takes; none when it is nobody's. */
  allowed(url: string): string[];
}

interface Route {
  readonly operation: GatewayOperation;
  readonly segments: readonly Segment[];
}

/** A segment of a template with something in braces: names, and how its value is taken apart. */
interface Segment {
  readonly names: readonly string[];
  /** Undefined where the whole segment is one parameter. */
  readonly parts: RegExp | undefined;
}

/** More than any URL that Node takes. */
const MAX_PARAMETER = 16_384;

/** @throws ConfigError when two operations claim the same method and path */
export const createRouter = (operations: readonly GatewayOperation[]): OperationRouter => {
  const owners = new Map<string, GatewayOperation>();
  const methods = new Set<string>();
  /** To the tree a segment such as `{name}.{ext}` is one parameter, so templates can be the same to it. */
  const candidates = new Map<string, Route[]>();
  const tree = FindMyWay({
    maxParamLength: MAX_PARAMETER,
    querystringParser: (query: string) => query as unknown as Record<string, string>,
    // Told by having no routes; never called.
    onBadUrl: () => {},
  });

  const claim = (method: string, operation: GatewayOperation): void => {
    const shape = `${method} ${operation.path.replaceAll(/\{[^}]*\}/g, '{}')}`;
    const owner = owners.get(shape);
    if (owner) {
      throw new ConfigError(
        `${method} ${operation.path} is in the documents of both ${owner.service}${owner.path === operation.path ? '' : ` (as ${owner.path})`} and ${operation.service}; give it to one of them`,
      );
    }
    owners.set(shape, operation);
    methods.add(method);
    const { pattern, segments } = patternOf(operation.path);
    const key = `${method} ${pattern}`;
    const known = candidates.get(key);
    const routes = known ?? [];
    if (!known) {
      candidates.set(key, routes);
      tree.on(method as HTTPMethod, pattern, () => {}, routes);
    }
    routes.push({ operation, segments });
    // The more of a template is fixed, the more concrete it is.
    routes.sort((a, b) => fixedParts(b) - fixedParts(a));
  };
  for (const operation of operations) claim(operation.method, operation);
  // Whoever has GET has HEAD (RFC 9110 §9.3.2).
  for (const operation of operations) {
    const head = `HEAD ${operation.path.replaceAll(/\{[^}]*\}/g, '{}')}`;
    if (operation.method === 'GET' && !owners.has(head)) claim('HEAD', operation);
  }

  const find = (method: string, url: string): Match | undefined => {
    const found = tree.find(method as HTTPMethod, url);
    if (!found) return undefined;
    const routes = found.store as Route[] | null;
    if (!routes) throw new Problem(badRequest, 'The path has broken percent-encoding, or is none.');
    for (const { operation, segments } of routes) {
      const params = paramsOf(segments, found.params);
      if (params) return { operation, params, query: found.searchParams as unknown as string };
    }
    return undefined;
  };
  const allowed = (url: string): string[] => {
    const found = [...methods].filter((method) => find(method, url) !== undefined);
    return found.length === 0 || found.includes('OPTIONS') ? found : [...found, 'OPTIONS'];
  };
  return { find, allowed };
};

const fixedParts = ({ segments }: Route): number => segments.filter(({ parts }) => parts).length;

const NO_PARAMS: ReadonlyMap<string, string> = new Map();

/** Undefined where a value is empty: `/orders/` is not `/orders/{orderId}`. */
const paramsOf = (
  segments: readonly Segment[],
  values: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, string> | undefined => {
  if (segments.length === 0) return NO_PARAMS;
  const params = new Map<string, string>();
  for (let i = 0; i < segments.length; i++) {
    const { names, parts } = segments[i] as Segment;
    const value = values[`p${i}`] ?? '';
    const found = parts ? parts.exec(value)?.slice(1) : [value];
    for (let j = 0; j < names.length; j++) {
      const part = found?.[j];
      if (!part) return undefined;
      params.set(names[j] as string, part);
    }
  }
  return params;
};

/** The template in find-my-way's words; parameters are numbered, as its names may not hold every character. */
const patternOf = (path: string): { pattern: string; segments: Segment[] } => {
  const segments: Segment[] = [];
  const pattern = path.split('/').map((text) => {
    const pieces = text.split(/\{([^}]*)\}/);
    if (pieces.length === 1) return text.replaceAll(':', '::');
    const names = pieces.filter((_, i) => i % 2 === 1);
    const whole = pieces.length === 3 && pieces[0] === '' && pieces[2] === '';
    const expression = pieces.map((piece, i) => (i % 2 ? '(.+?)' : RegExp.escape(piece))).join('');
    segments.push({ names, parts: whole ? undefined : new RegExp(`^${expression}$`) });
    return `:p${segments.length - 1}`;
  });
  return { pattern: pattern.join('/'), segments };
};
