/**
 * Parses `filter[state]=open&filter[price][max]=5` into an object. The specification defines one level; deeper
 * levels and `[]` for arrays follow common practice.
 */
import type { Json } from '../../../openapi/load/grammar.ts';

type Tree = Map<string, Tree | unknown>;

/**
 * @param parts values by their complete, decoded names
 * @returns undefined for more levels than `maxLevels`
 */
export function parseDeepObject(
  name: string,
  parts: readonly (readonly [string, unknown])[],
  maxLevels: number,
): Json | undefined {
  const root: Tree = new Map();
  for (const [fullName, value] of parts) {
    const keys = [...fullName.slice(name.length).matchAll(/\[([^\]]*)\]/g)].map(([, key]) => key as string);
    if (keys.length > maxLevels) return undefined;
    const isList = keys.length > 1 && keys.at(-1) === '';
    if (isList) keys.pop();
    let at = root;
    for (const key of keys.slice(0, -1)) {
      const known = at.get(key);
      const next = known instanceof Map ? known : new Map();
      at.set(key, next);
      at = next;
    }
    at.set(keys.at(-1) ?? '', isList ? [value].flat() : value);
  }
  return toObject(root);
}

const toObject = (tree: Tree): Json =>
  Object.fromEntries([...tree].map(([key, value]) => [key, value instanceof Map ? toObject(value) : value]));
