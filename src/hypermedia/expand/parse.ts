/** `?expand=a,b.c` → a tree of relations. Commas part paths, dots nest, repeated parameters are joined. */

/** Relation → what is expanded from there; insertion order is the order asked for. */
export type ExpandTree = Map<string, ExpandTree>;

export interface ExpandRequest {
  readonly tree: ExpandTree;
  /** The distinct paths, as asked for. */
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

/** A tree as a parameter's value; empty for an empty tree. */
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
