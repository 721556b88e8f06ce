/**
 * Extracts a part of a public document as a complete document: some of its operations, and every component that
 * they need. Values that they reference in other operations become components. A Link Object to an operation
 * outside the part gets an `operationRef` into the whole document (OpenAPI 3.1 §4.8.20), because its `operationId`
 * would not exist in the part.
 */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { fragmentTokens } from '../../contract/json-pointer.ts';
import type { Incremental } from '../incremental.ts';
import { grammarFieldOf, isObject, type Json, type Kind, METHODS, walk } from '../load/grammar.ts';
import { ADDITIONAL_OPERATIONS } from '../load/openapi-3-2.ts';
import { ComponentExtractor } from '../merge/extract-components.ts';
import { pruneBrokenReferences } from '../merge/prune-references.ts';
import { resolveReference } from '../reference.ts';
import { valueAt } from '../value-at.ts';
import { type DocumentIndex, type IndexedOperation, pointerKey } from './document-index.ts';
import { ReachableComponents } from './reachable-components.ts';

/**
 * Works in steps, because a part of a large document may be large itself.
 * @param selected operations of the index
 * @param documentUrl reference from the part to the whole document
 */
export function* slice(
  index: DocumentIndex,
  selected: readonly IndexedOperation[],
  documentUrl: string,
): Incremental<OpenAPIObject> {
  const { document } = index;
  const { components, paths: _, webhooks: __, tags: ___, ...rest } = document;
  const sections = isObject(components) ? components : {};
  const extractor = new ComponentExtractor(document, 'Shared');
  const reachable = new ReachableComponents(index);
  const rewriteLink = linkRewriter(index, selected, documentUrl);

  const rewrite = (node: unknown, kind: Kind): unknown => {
    const result = walk(node, kind, (one, of) => {
      const seen = of === 'link' ? rewriteLink(one) : one;
      const reference = typeof seen.$ref === 'string' ? extract(seen.$ref, of) : undefined;
      return reference === undefined ? seen : { ...seen, $ref: reference };
    });
    reachable.addReferencesIn(result);
    return result;
  };
  const extract = (reference: string, kind: Kind): string | undefined => {
    const segments = fragmentTokens(reference);
    const isOutsideComponents = reference.startsWith('#/') && segments[0] !== 'components';
    const value = isOutsideComponents ? valueAt(document, segments) : undefined;
    const component = { key: JSON.stringify(segments), name: segments.at(-1) ?? '', kind, value };
    return extractor.add(component, () => rewrite(value, kind));
  };

  const roots: Json = {};
  for (const [root, operations] of Map.groupBy(selected, (one) => one.root)) {
    const items: [string, unknown][] = [];
    for (const [place, item] of pathItemsOf(document, root, operations)) {
      items.push([place, rewrite(item, 'pathItem')]);
      yield;
    }
    roots[root] = Object.fromEntries(items);
  }
  reachable.addReferencesIn({ security: document.security });
  extractor.buildPending();
  const included = new Map<string, Map<string, unknown>>();
  // The collection grows during the iteration.
  for (const { section, name, value } of reachable) {
    const [, kind] = grammarFieldOf('components', section) ?? [];
    const entries = included.get(section) ?? new Map<string, unknown>();
    included.set(section, entries);
    entries.set(name, kind === undefined ? value : rewrite(value, kind));
    // Extracted components may need more components, so they are built before the loop ends.
    extractor.buildPending();
    yield;
  }
  const orderedSections = Object.entries(sections).flatMap(([section, entries]) => {
    if (section.startsWith('x-')) return [[section, entries]];
    const includedEntries = included.get(section);
    const names = Object.keys(isObject(entries) ? entries : {}).filter((name) => includedEntries?.has(name));
    return names.length > 0
      ? [[section, Object.fromEntries(names.map((name) => [name, includedEntries?.get(name)]))]]
      : [];
  });
  return (yield* pruneBrokenReferences({
    ...rest,
    tags: tagsOf(document, selected),
    paths: {},
    ...roots,
    components: extractor.addTo(Object.fromEntries(orderedSections)),
  })) as unknown as OpenAPIObject;
}

/** The path items of some operations by their places, with no others. */
function* pathItemsOf(
  document: Json,
  root: string,
  operations: readonly IndexedOperation[],
): Generator<[string, Json]> {
  const items = document[root] as Json;
  for (const [path, own] of Map.groupBy(operations, (one) => one.path)) {
    const item = resolveReference<Json>(document, items[path] as Json) ?? {};
    const shared = Object.entries(item).filter(
      ([field]) => !(ALL_METHODS.has(field) || field === ADDITIONAL_OPERATIONS),
    );
    const methods = own.map(({ method, operation }) => [method, operation]);
    yield [path, { ...Object.fromEntries(shared), ...Object.fromEntries(methods) }];
  }
}

const ALL_METHODS: ReadonlySet<string> = new Set(METHODS);

function linkRewriter(
  { byId, byPointer }: DocumentIndex,
  selected: readonly IndexedOperation[],
  documentUrl: string,
): (link: Json) => Json {
  const here = new Set(selected.map(({ operation }) => operation));
  const targetOf = ({ operationId, operationRef }: Json): IndexedOperation | undefined => {
    if (typeof operationId === 'string') return byId.get(operationId);
    return typeof operationRef === 'string' ? byPointer.get(pointerKey(operationRef)) : undefined;
  };
  return (link) => {
    const target = targetOf(link);
    if (target === undefined || here.has(target.operation)) return link;
    const { operationId: _, ...rest } = link;
    return { ...rest, operationRef: `${documentUrl}${target.pointer}` };
  };
}

/** The declared tags of some operations, and their parent tags (OpenAPI 3.2 §4.22). */
function tagsOf({ tags }: Json, selected: readonly IndexedOperation[]): { name: string }[] {
  const declared = (Array.isArray(tags) ? tags : []).filter(isObject);
  const byName = new Map(declared.map((tag) => [tag.name, tag]));
  const used = new Set<unknown>(selected.flatMap((one) => one.tags));
  // The set grows during the iteration, because a parent may have a parent.
  for (const name of used) {
    const parent = byName.get(name)?.parent;
    if (parent !== undefined) used.add(parent);
  }
  return declared.filter(({ name }) => used.has(name)) as unknown as { name: string }[];
}
