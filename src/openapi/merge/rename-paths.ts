/** Applies the path names of `gateway.yaml` to a service's document, including pointers to paths. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { type PathNames, pathRenamer } from '../../config/path-names.ts';
import { fragmentToken, fragmentTokens } from '../../contract/json-pointer.ts';
import { isObject, type Json } from '../load/grammar.ts';

/**
 * @param prefix put before every path
 * @throws ConfigError when a name is for no path, or does not have its parameters
 */
export function renamePaths(
  service: string,
  document: OpenAPIObject,
  names: PathNames,
  prefix = '',
): OpenAPIObject {
  if (Object.keys(names).length === 0 && prefix === '') return document;
  const renamer = pathRenamer(service, names, Object.keys(document.paths ?? {}));
  const rename = (path: string) => (path.startsWith('/') ? prefix + renamer(path) : path);
  const { paths = {}, ...rest } = rewritePointers(document, rename) as Json & { paths?: Json };
  return {
    ...rest,
    paths: Object.fromEntries(Object.entries(paths).map(([path, item]) => [rename(path), item])),
  } as unknown as OpenAPIObject;
}

const REFERENCES = ['$ref', 'operationRef'];

function rewritePointers(node: unknown, rename: (path: string) => string): unknown {
  if (Array.isArray(node)) return node.map((one) => rewritePointers(one, rename));
  if (!isObject(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      REFERENCES.includes(key) && typeof value === 'string'
        ? value.replace(/^#\/paths\/([^/]+)/, (_, segment) => `#/paths/${renameSegment(segment, rename)}`)
        : rewritePointers(value, rename),
    ]),
  );
}

/** Renames a path within a JSON Pointer in a URI fragment (RFC 6901 §6). */
function renameSegment(segment: string, rename: (path: string) => string): string {
  const path = fragmentTokens(`#/${segment}`).join('');
  const name = rename(path);
  return name === path ? segment : fragmentToken(name);
}

/** Converts a pointer into a document with renamed paths to a pointer into the original document. */
export function originalPointer(pointer: string, names: PathNames, prefix: string): string {
  const [root, section, token, ...rest] = pointer.split('/');
  if (section !== 'paths' || token === undefined) return pointer;
  const path = fragmentTokens(`#/${token}`).join('').slice(prefix.length);
  const original = Object.keys(names).find((name) => names[name] === path) ?? path;
  return [root, section, fragmentToken(original), ...rest].join('/');
}
