/**
 * A part of a public document that is a document itself: some of its operations, and every component that these reach.
 * What they refer to within other operations becomes a component. A Link Object to an operation that is left out stays,
 * and leads to it in the whole document by `operationRef` (OpenAPI 3.1 §4.8.20): its `operationId` would be nobody's.
 */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { fragmentTokens } from '../../contract/json-pointer.ts';
import type { Steps } from '../incremental.ts';
import { fieldOf, isObject, type Json, type Kind, METHODS, walk } from '../load/grammar.ts';
import { ADDITIONAL } from '../load/openapi-3-2.ts';
import { Hoisted } from '../merge/extract-components.ts';
import { mend } from '../merge/prune-references.ts';
import { resolveReference } from '../reference.ts';
import { valueAt } from '../value-at.ts';
import { type Outline, type OutlinedOperation, placeOf } from './document-index.ts';
import { Reached } from './reachable-components.ts';

/**
 * In steps, since a part of a large document may be large itself.
 *
 * @param chosen of the outline's operations
 * @param whole where the whole document is, as a reference from the part
 */
export function* slice(
  outline: Outline,
  chosen: readonly OutlinedOperation[],
  whole: string,
): Steps<OpenAPIObject> {
  const { document } = outline;
  const { components, paths: _, webhooks: __, tags: ___, ...rest } = document;
  const sections = isObject(components) ? components : {};
  const hoisted = new Hoisted(document, 'Shared');
  const reached = new Reached(outline);
  const onward = linksOnward(outline, chosen, whole);

  const own = (node: unknown, kind: Kind): unknown => {
    const made = walk(node, kind, (one, of) => {
      const seen = of === 'link' ? onward(one) : one;
      const reference = typeof seen.$ref === 'string' ? hoist(seen.$ref, of) : undefined;
      return reference === undefined ? seen : { ...seen, $ref: reference };
    });
    reached.look(made);
    return made;
  };
  const hoist = (reference: string, kind: Kind): string | undefined => {
    const segments = fragmentTokens(reference);
    const isElsewhere = reference.startsWith('#/') && segments[0] !== 'components';
    const value = isElsewhere ? valueAt(document, segments) : undefined;
    const elsewhere = { key: JSON.stringify(segments), name: segments.at(-1) ?? '', kind, value };
    return hoisted.add(elsewhere, () => own(value, kind));
  };

  const roots: Json = {};
  for (const [root, operations] of Map.groupBy(chosen, (one) => one.root)) {
    const items: [string, unknown][] = [];
    for (const [place, item] of itemsOf(document, root, operations)) {
      items.push([place, own(item, 'pathItem')]);
      yield;
    }
    roots[root] = Object.fromEntries(items);
  }
  reached.look({ security: document.security });
  hoisted.settle();
  const held = new Map<string, Map<string, unknown>>();
  // Grows while it is iterated, by what each component reaches.
  for (const { section, name, value } of reached) {
    const [, kind] = fieldOf('components', section) ?? [];
    const entries = held.get(section) ?? new Map<string, unknown>();
    held.set(section, entries);
    entries.set(name, kind === undefined ? value : own(value, kind));
    // Before the loop ends: what was added may reach more.
    hoisted.settle();
    yield;
  }
  const inOrder = Object.entries(sections).flatMap(([section, entries]) => {
    if (section.startsWith('x-')) return [[section, entries]];
    const kept = held.get(section);
    const names = Object.keys(isObject(entries) ? entries : {}).filter((name) => kept?.has(name));
    return names.length > 0
      ? [[section, Object.fromEntries(names.map((name) => [name, kept?.get(name)]))]]
      : [];
  });
  return (yield* mend({
    ...rest,
    tags: tagsOf(document, chosen),
    paths: {},
    ...roots,
    components: hoisted.into(Object.fromEntries(inOrder)),
  })) as unknown as OpenAPIObject;
}

/** The path items of some operations by their places, with no others. */
function* itemsOf(
  document: Json,
  root: string,
  operations: readonly OutlinedOperation[],
): Generator<[string, Json]> {
  const items = document[root] as Json;
  for (const [place, own] of Map.groupBy(operations, (one) => one.place)) {
    const item = resolveReference<Json>(document, items[place] as Json) ?? {};
    const kept = Object.entries(item).filter(([field]) => !(OTHERS.has(field) || field === ADDITIONAL));
    const methods = own.map(({ method, operation }) => [method, operation]);
    yield [place, { ...Object.fromEntries(kept), ...Object.fromEntries(methods) }];
  }
}

const OTHERS: ReadonlySet<string> = new Set(METHODS);

function linksOnward(
  { byId, byPointer }: Outline,
  chosen: readonly OutlinedOperation[],
  whole: string,
): (link: Json) => Json {
  const here = new Set(chosen.map(({ operation }) => operation));
  const targetOf = ({ operationId, operationRef }: Json): OutlinedOperation | undefined => {
    if (typeof operationId === 'string') return byId.get(operationId);
    return typeof operationRef === 'string' ? byPointer.get(placeOf(operationRef)) : undefined;
  };
  return (link) => {
    const target = targetOf(link);
    if (target === undefined || here.has(target.operation)) return link;
    const { operationId: _, ...rest } = link;
    return { ...rest, operationRef: `${whole}${target.pointer}` };
  };
}

/** What is said of the tags of some operations, and of those above them (OpenAPI 3.2 §4.22). */
function tagsOf({ tags }: Json, chosen: readonly OutlinedOperation[]): { name: string }[] {
  const declared = (Array.isArray(tags) ? tags : []).filter(isObject);
  const byName = new Map(declared.map((tag) => [tag.name, tag]));
  const used = new Set<unknown>(chosen.flatMap((one) => one.tags));
  // Grows while it is iterated: what is above has something above.
  for (const name of used) {
    const parent = byName.get(name)?.parent;
    if (parent !== undefined) used.add(parent);
  }
  return declared.filter(({ name }) => used.has(name)) as unknown as { name: string }[];
}
