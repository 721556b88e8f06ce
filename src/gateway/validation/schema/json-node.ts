/** An object of a document together with where it stands, so that schemas in it can be named by reference. */
import { isObject, type Json } from '../../../openapi/load/grammar.ts';
import { encodeToken, memberAt, tokensOf } from './pointer.ts';

export interface Located {
  readonly node: Json;
  /** JSON Pointer in URI fragment form (RFC 6901 §6): `#/paths/~1orders/get`. */
  readonly pointer: string;
}

/** More references in a row are a circle. */
const MAX_REFERENCES = 20;

/** The object at `keys` below, with Reference Objects followed; undefined where there is none. */
export const locate = (
  document: Json,
  { node, pointer }: Located,
  ...keys: readonly (string | number)[]
): Located | undefined => {
  let found: unknown = node;
  let at = pointer;
  for (const key of keys) {
    found = memberAt(found, String(key));
    at = `${at}/${encodeToken(String(key))}`;
    for (let hops = 0; isObject(found) && typeof found.$ref === 'string' && hops < MAX_REFERENCES; hops++) {
      if (!found.$ref.startsWith('#/')) return undefined;
      at = found.$ref;
      found = tokensOf(at.slice(1)).reduce<unknown>(memberAt, document);
    }
    if (!isObject(found)) return undefined;
  }
  return { node: found as Json, pointer: at };
};

/**
 * The Schema Object at `keys` below. Its own `$ref` is a keyword beside others (JSON Schema 2020-12 §8.2.3.1) and is
 * not followed; those on the way to it are.
 */
export const locateSchema = (
  document: Json,
  owner: Located,
  ...keys: readonly (string | number)[]
): Located | undefined => {
  const parent = locate(document, owner, ...keys.slice(0, -1));
  return parent && schemaBelow(parent, String(keys.at(-1)));
};

/** The schema under one key; a boolean as the object that says the same. */
export function schemaBelow({ node, pointer }: Located, key: string): Located | undefined {
  const found = memberAt(node, key);
  const at = `${pointer}/${encodeToken(key)}`;
  if (typeof found === 'boolean') return { node: found ? {} : { not: {} }, pointer: at };
  return isObject(found) ? { node: found, pointer: at } : undefined;
}
