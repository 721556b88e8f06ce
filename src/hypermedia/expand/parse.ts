/**
 * Parses `?expand=a,b.c` into a tree of relations. Commas separate paths, dots nest, repeated parameters are
 * joined.
 */

/** Relation → relations to expand from there, in the requested order. */
export type ExpandTree = Map<string, ExpandTree>;

export interface ExpandRequest {
  readonly tree: ExpandTree;
  /** The distinct requested paths. */
  readonly paths: readonly string[];
}

export function parseExpand(values: readonly string[]): ExpandRequest {
  const paths = [...new Set(values.flatMap((value) => value.split(',')).filter((path) => path !== ''))];
  const tree: ExpandTree = new Map();
  for (const path of paths) {
    let at = tree;
    for (const rel of path.split('.')) {
      const child = at.get(rel) ?? new Map();
      at.set(rel, child);
      at = child;
    }
  }
  return { tree, paths };
}

/** Formats a tree as a parameter value; empty for an empty tree. */
export const formatExpand = (tree: ExpandTree): string =>
  [...tree]
    .flatMap(([rel, children]) =>
      children.size === 0
        ? [rel]
        : formatExpand(children)
            .split(',')
            .map((path) => `${rel}.${path}`),
    )
    .join(',');
