/**
 * Bundles several files into one document: each external reference becomes a component (OpenAPI 3.1 §4.6, RFC 3986
 * §5). A file may refer to other files, and a URL to URLs of the same origin. All other references stay as they are
 * and are reported as broken.
 */
import { dirname, resolve } from 'node:path';
import { isUrl } from '../../config/yaml/source-location.ts';
import { fragmentTokens, percentDecoded } from '../../contract/json-pointer.ts';
import { ComponentExtractor } from '../merge/extract-components.ts';
import { followChain, parseReference } from '../reference.ts';
import { valueAt } from '../value-at.ts';
import { isObject, type Json, type Kind, walk } from './grammar.ts';

/** Whether a text can contain external references. Most texts cannot, so they need no search. */
export const mayHaveReferences = (text: string): boolean => /["']?\$ref["']?\s*:\s*["']?[^#"'\s]/.test(text);

/** The files or URLs that a document refers to. */
export function referencedLocations(document: unknown, location: string): Set<string> {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    else if (isObject(node)) {
      const target =
        typeof node.$ref === 'string'
          ? resolveLocation(parseReference(node.$ref).document, location)
          : location;
      if (target !== undefined && target !== location) found.add(target);
      Object.values(node).forEach(visit);
    }
  };
  visit(document);
  return found;
}

/**
 * @param location file or URL of the document
 * @param others documents that it refers to, directly or indirectly, by location
 */
export function bundle(document: Json, location: string, others: ReadonlyMap<string, unknown>): Json {
  if (others.size === 0) return document;
  const extractor = new ComponentExtractor(document, 'External');
  const lookUp = (reference: string, from: string): ReferenceTarget => {
    const { document: path, fragment, tokens } = parseReference(reference);
    const targetLocation = resolveLocation(path, from);
    const value =
      targetLocation === undefined || targetLocation === location
        ? undefined
        : valueAt(others.get(targetLocation), tokens);
    return { location: targetLocation, fragment, value };
  };
  const next = ({ location: targetLocation, value }: ReferenceTarget): ReferenceTarget | undefined =>
    targetLocation !== undefined && isOnlyReference(value) ? lookUp(value.$ref, targetLocation) : undefined;
  const localReference = (reference: string, kind: Kind, from: string): string | undefined => {
    const first = lookUp(reference, from);
    // A target that is only a reference does not show whether it is a parameter or a header.
    const target = kind === 'schema' ? first : followChain(first, next, keyOf).last;
    const { location: targetLocation, fragment, value } = target;
    if (targetLocation === undefined || targetLocation === location) return targetLocation && `#${fragment}`;
    const component = { key: keyOf(target), name: componentName(targetLocation, fragment), kind, value };
    return extractor.add(component, () => rewrite(value, kind, targetLocation));
  };
  const rewrite = (node: unknown, kind: Kind, from: string): unknown =>
    walk(node, kind, (one, of) => {
      const reference = typeof one.$ref === 'string' ? localReference(one.$ref, of, from) : undefined;
      const result = reference === undefined ? one : { ...one, $ref: reference };
      return of === 'schema'
        ? rewriteMapping(result, (name) => localReference(name, 'schema', from))
        : result;
    });

  const result = rewrite(document, 'document', location) as Json;
  return { ...result, components: extractor.addTo(isObject(result.components) ? result.components : {}) };
}

const isOnlyReference = (value: unknown): value is { $ref: string } =>
  isObject(value) && typeof value.$ref === 'string' && Object.keys(value).length === 1;

interface ReferenceTarget {
  /** Undefined for a location that this document may not read. */
  readonly location: string | undefined;
  /** The part after `#`. */
  readonly fragment: string;
  /** Undefined for a missing value, and for a target in the document itself. */
  readonly value: unknown;
}

const keyOf = ({ location, fragment }: ReferenceTarget): string => `${location}#${fragment}`;

/** @returns undefined for a location that the referring document may not read */
function resolveLocation(path: string, from: string): string | undefined {
  if (path === '') return from;
  if (isUrl(from)) {
    const url = URL.parse(path, from);
    return url?.origin === new URL(from).origin ? url.href : undefined;
  }
  return /^[a-z][a-z\d+.-]*:|^\/\//i.test(path) ? undefined : resolve(dirname(from), percentDecoded(path));
}

/** The name of a component: the last token of the pointer, or the name of the file. */
function componentName(location: string, fragment: string): string {
  const file = location.split(/[\\/?]/).findLast((part) => part !== '') ?? '';
  return fragmentTokens(fragment).at(-1) ?? file.replace(/\.\w+$/, '');
}

function rewriteMapping(schema: Json, local: (name: string) => string | undefined): Json {
  const { discriminator } = schema;
  if (!isObject(discriminator) || !isObject(discriminator.mapping)) return schema;
  const mapping = Object.entries(discriminator.mapping).map(([value, target]) => [
    value,
    // A bare name is the name of a component (OpenAPI 3.1 §4.8.25.4).
    typeof target === 'string' && /[#/.]/.test(target) ? (local(target) ?? target) : target,
  ]);
  return { ...schema, discriminator: { ...discriminator, mapping: Object.fromEntries(mapping) } };
}
