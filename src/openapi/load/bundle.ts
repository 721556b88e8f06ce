/**
 * One document out of several files: what it refers to elsewhere becomes a component of its own (OpenAPI 3.1 §4.6,
 * RFC 3986 §5). Files may refer to files beside them, what is at a URL to what is at the same server; all else stays as
 * it is, and is told as a reference that leads nowhere.
 */
import { dirname, resolve } from 'node:path';
import { isUrl } from '../../config/yaml/source-location.ts';
import { fragmentTokens, percentDecoded } from '../../contract/json-pointer.ts';
import { Hoisted } from '../merge/extract-components.ts';
import { followAll, parseReference } from '../reference.ts';
import { valueAt } from '../value-at.ts';
import { isObject, type Json, type Kind, walk } from './grammar.ts';

/** Whether a text may refer to others at all: most do not, and need not be looked through. */
export const mayRefer = (text: string): boolean => /["']?\$ref["']?\s*:\s*["']?[^#"'\s]/.test(text);

/** Places that a document refers to. */
export function referredPlaces(document: unknown, place: string): Set<string> {
  const found = new Set<string>();
  const look = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(look);
    else if (isObject(node)) {
      const target =
        typeof node.$ref === 'string' ? placeOf(parseReference(node.$ref).document, place) : place;
      if (target !== undefined && target !== place) found.add(target);
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
  const find = (reference: string, from: string): Target => {
    const { document: path, fragment, tokens } = parseReference(reference);
    const at = placeOf(path, from);
    const value = at === undefined || at === place ? undefined : valueAt(others.get(at), tokens);
    return { place: at, fragment, value };
  };
  const next = ({ place: at, value }: Target): Target | undefined =>
    at !== undefined && isOnlyReference(value) ? find(value.$ref, at) : undefined;
  const local = (reference: string, kind: Kind, from: string): string | undefined => {
    const first = find(reference, from);
    // What is only a reference itself says nothing of what it is: a parameter or a header.
    const target = kind === 'schema' ? first : followAll(first, next, keyOf).last;
    const { place: at, fragment, value } = target;
    if (at === undefined || at === place) return at && `#${fragment}`;
    const elsewhere = { key: keyOf(target), name: nameOf(at, fragment), kind, value };
    return hoisted.add(elsewhere, () => own(value, kind, at));
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

const isOnlyReference = (value: unknown): value is { $ref: string } =>
  isObject(value) && typeof value.$ref === 'string' && Object.keys(value).length === 1;

interface Target {
  /** Undefined for what may not be read from where the reference is. */
  readonly place: string | undefined;
  /** As it was written, after `#`. */
  readonly fragment: string;
  /** Undefined where there is nothing, and in the document itself. */
  readonly value: unknown;
}

const keyOf = ({ place, fragment }: Target): string => `${place}#${fragment}`;

/** @returns undefined for what may not be read from there */
function placeOf(path: string, from: string): string | undefined {
  if (path === '') return from;
  if (isUrl(from)) {
    const url = URL.parse(path, from);
    return url?.origin === new URL(from).origin ? url.href : undefined;
  }
  return /^[a-z][a-z\d+.-]*:|^\/\//i.test(path) ? undefined : resolve(dirname(from), percentDecoded(path));
}

/** Of what it points at, or of the file. */
function nameOf(place: string, fragment: string): string {
  const file = place.split(/[\\/?]/).findLast((part) => part !== '') ?? '';
  return fragmentTokens(fragment).at(-1) ?? file.replace(/\.\w+$/, '');
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
