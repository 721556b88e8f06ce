/**
 * One document out of several files: what it refers to elsewhere becomes a component of its own (OpenAPI 3.1 §4.6,
 * RFC 3986 §5). Files may refer to files beside them, what is at a URL to what is at the same server; all else stays as
 * it is, and is told as a reference that leads nowhere.
 */
import { dirname, resolve } from 'node:path';
import { isUrl } from '../../config/yaml/source-location.ts';
import { Hoisted } from '../merge/extract-components.ts';
import { fragmentSegments } from '../reference.ts';
import { valueAt } from '../runtime-expression.ts';
import { isObject, type Json, type Kind, walk } from './grammar.ts';

/** Whether a text may refer to others at all: most do not, and need not be looked through. */
export const mayRefer = (text: string): boolean => /["']?\$ref["']?\s*:\s*["']?[^#"'\s]/.test(text);

/** Places that a document refers to. */
export function referredPlaces(document: unknown, place: string): Set<string> {
  const found = new Set<string>();
  const look = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(look);
    else if (isObject(node)) {
      const target = typeof node.$ref === 'string' ? targetOf(node.$ref, place) : undefined;
      if (target && target.place !== place) found.add(target.place);
      Object.values(node).forEach(look);
    }
  };
  look(document);
  return found;
}

/**
 * @param place of the document
 * @param others what it refers to, directly or not, by place
 */
export function bundle(document: Json, place: string, others: ReadonlyMap<string, unknown>): Json {
  if (others.size === 0) return document;
  const hoisted = new Hoisted(document, 'External');
  const hoist = ({ place: at, pointer }: Target, kind: Kind, hops = 0): string | undefined => {
    const value = valueAt(others.get(at), fragmentSegments(`#${pointer}`));
    // What is only a reference itself says nothing of what it is: a parameter or a header.
    if (kind !== 'schema' && isObject(value) && isOnlyReference(value) && hops < MOST_HOPS)
      return local(value.$ref, kind, at, hops + 1);
    const elsewhere = { key: `${at}#${pointer}`, name: nameOf(at, pointer), kind, value };
    return hoisted.add(elsewhere, () => own(value, kind, at));
  };
  const local = (reference: string, kind: Kind, from: string, hops = 0): string | undefined => {
    const target = targetOf(reference, from);
    if (target === undefined) return undefined;
    return target.place === place ? `#${target.pointer}` : hoist(target, kind, hops);
  };
  const own = (node: unknown, kind: Kind, from: string): unknown =>
    walk(node, kind, (one, of) => {
      const reference = typeof one.$ref === 'string' ? local(one.$ref, of, from) : undefined;
      const made = reference === undefined ? one : { ...one, $ref: reference };
      return of === 'schema' ? withMapping(made, (name) => local(name, 'schema', from)) : made;
    });

  const made = own(document, 'document', place) as Json;
  return { ...made, components: hoisted.into(isObject(made.components) ? made.components : {}) };
}

/** More references in a row are a circle. */
const MOST_HOPS = 20;

const isOnlyReference = (value: Json): value is { $ref: string } =>
  typeof value.$ref === 'string' && Object.keys(value).length === 1;

interface Target {
  readonly place: string;
  /** As it was written, after `#`. */
  readonly pointer: string;
}

/** @returns undefined for what is not to be read from there */
function targetOf(reference: string, from: string): Target | undefined {
  const [path = '', pointer = ''] = reference.split('#', 2);
  if (path === '') return { place: from, pointer };
  if (isUrl(from)) {
    const url = URL.parse(path, from);
    return url?.origin === new URL(from).origin ? { place: url.href, pointer } : undefined;
  }
  if (/^[a-z][a-z\d+.-]*:|^\/\//i.test(path)) return undefined;
  return { place: resolve(dirname(from), decoded(path)), pointer };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Of what it points at, or of the file. */
function nameOf(place: string, pointer: string): string {
  const file = place.split(/[\\/?]/).findLast((part) => part !== '') ?? '';
  return fragmentSegments(`#${pointer}`).at(-1) ?? file.replace(/\.\w+$/, '');
}

function withMapping(schema: Json, local: (name: string) => string | undefined): Json {
  const { discriminator } = schema;
  if (!isObject(discriminator) || !isObject(discriminator.mapping)) return schema;
  const mapping = Object.entries(discriminator.mapping).map(([value, target]) => [
    value,
    // A bare name is that of a component (OpenAPI 3.1 §4.8.25.4).
    typeof target === 'string' && /[#/.]/.test(target) ? (local(target) ?? target) : target,
  ]);
  return { ...schema, discriminator: { ...discriminator, mapping: Object.fromEntries(mapping) } };
}
