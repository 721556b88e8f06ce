/** An object of a document together with where it stands, so that schemas in it can be named by reference. */
import { fragmentSegments } from '../../hypermedia/reference.ts';
import { isObject, type Json } from '../document/grammar.ts';

export interface Located {
  readonly node: Json;
  /** JSON Pointer in URI fragment form (RFC 6901 §6): `#/paths/~1orders/get`. */
  readonly pointer: string;
}

const decode = (token: string): string => fragmentSegments(`#/${token}`).join('');
export const encode = (key: string): string =>
  encodeURIComponent(key.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1'));

/** More references in a row are a circle. */
const MAX_REFERENCES = 20;

/** What stands at `keys` below, with references followed; undefined where nothing does. */
export const locate = (
  document: Json,
  { node, pointer }: Located,
  ...keys: readonly (string | number)[]
): Located | undefined => {
  let found: unknown = node;
  let at = pointer;
  for (const key of keys) {
    found = (found as Json)[key];
    at = `${at}/${encode(String(key))}`;
    for (let hops = 0; isObject(found) && typeof found.$ref === 'string' && hops < MAX_REFERENCES; hops++) {
      // By an anchor only a schema is named, and ajv knows where.
      if (/^#[^/]/.test(found.$ref)) break;
      if (!found.$ref.startsWith('#/')) return undefined;
      at = found.$ref;
      found = valueAt(document, at);
    }
    if (!isObject(found)) return undefined;
  }
  return { node: found as Json, pointer: at };
};

const valueAt = (document: Json, pointer: string): unknown => {
  let value: unknown = document;
  for (const token of pointer.split('/').slice(1)) {
    value = (value as Json | undefined)?.[decode(token)];
  }
  return value;
};
