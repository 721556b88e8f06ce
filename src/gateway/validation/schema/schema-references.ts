/**
 * Resolves the `$ref` of a schema: by pointer, by anchor, or by the `$id` of another schema of the document (JSON
 * Schema 2020-12, Core §8.2, §9.2).
 */
import { fragmentToken, fragmentTokens } from '../../../contract/json-pointer.ts';
import type { Incremental } from '../../../openapi/incremental.ts';
import type { Json, Kind } from '../../../openapi/load/grammar.ts';
import { grammarFieldOf, isObject } from '../../../openapi/load/grammar.ts';
import { parseReference } from '../../../openapi/reference.ts';
import { valueAt } from '../../../openapi/value-at.ts';

/** A schema with an `$id`, or the document itself: the base of relative references in it. */
export interface SchemaResource {
  /** Pointer to the schema. */
  readonly pointer: string;
  readonly uri: string;
}

/** A schema with its location. */
export interface SchemaLocation {
  readonly node: unknown;
  readonly pointer: string;
  readonly resource: SchemaResource;
}

interface Anchor {
  readonly site: SchemaLocation;
  readonly isDynamic: boolean;
}

interface ReferenceIndex {
  readonly resources: ReadonlyMap<string, SchemaLocation>;
  /** Anchors by the pointer of their resource, then by name. */
  readonly anchors: ReadonlyMap<string, ReadonlyMap<string, Anchor>>;
}

/** A placeholder for the URL of the document, which does not affect its schemas. */
const DOCUMENT_RESOURCE: SchemaResource = { pointer: '#', uri: 'http://document.invalid/' };

/** Schemas that one step visits, which takes about a millisecond. */
const SCHEMAS_PER_STEP = 1000;

export class SchemaReferences {
  readonly #document: Json;
  readonly #onWork: () => void;
  #building: Incremental<ReferenceIndex> | undefined;
  #builtIndex: ReferenceIndex | undefined;

  /** @param onWork called after each piece of work; if it throws, the same call continues from there */
  constructor(document: Json, onWork: () => void = () => {}) {
    this.#document = document;
    this.#onWork = onWork;
  }

  /** The value at a pointer of the document. */
  at(pointer: string): SchemaLocation {
    return this.#below(
      { node: this.#document, pointer: '#', resource: DOCUMENT_RESOURCE },
      fragmentTokens(pointer),
    );
  }

  /** @returns undefined for a broken reference */
  resolve(reference: string, from: SchemaResource): SchemaLocation | undefined {
    const { document, tokens, anchor } = parseReference(reference);
    const root = document === '' ? this.at(from.pointer) : this.#resourceAt(document, from);
    if (!root) return undefined;
    const site =
      anchor === undefined ? this.#below(root, tokens) : this.#anchorsOf(root.resource).get(anchor)?.site;
    return site?.node === undefined ? undefined : site;
  }

  /** Whether a reference names a dynamic anchor, which outer resources may override (Core §8.2.3.2). */
  isDynamic(reference: string, target: SchemaLocation): boolean {
    const { anchor: name } = parseReference(reference);
    return name !== undefined && this.#anchorsOf(target.resource).get(name)?.isDynamic === true;
  }

  /** The target of a dynamic anchor in a resource. */
  dynamicAnchor(reference: string, resource: SchemaResource): SchemaLocation | undefined {
    const anchor = this.#anchorsOf(resource).get(parseReference(reference).anchor ?? '');
    return anchor?.isDynamic ? anchor.site : undefined;
  }

  hasDynamicAnchors(resource: SchemaResource): boolean {
    return [...this.#anchorsOf(resource).values()].some(({ isDynamic }) => isDynamic);
  }

  /** The resource that a schema starts with its `$id`, or the surrounding one. */
  resourceOf(node: unknown, pointer: string, outer: SchemaResource): SchemaResource {
    if (!isObject(node) || typeof node.$id !== 'string' || pointer === outer.pointer) return outer;
    const uri = URL.parse(node.$id, outer.uri)?.href;
    return uri === undefined ? outer : { pointer, uri: withoutFragment(uri) };
  }

  #resourceAt(path: string, from: SchemaResource): SchemaLocation | undefined {
    const uri = URL.parse(path, from.uri)?.href;
    if (uri === undefined) return undefined;
    return uri === DOCUMENT_RESOURCE.uri ? this.at('#') : this.#index.resources.get(uri);
  }

  #below(from: SchemaLocation, tokens: readonly string[]): SchemaLocation {
    let { node, pointer, resource } = from;
    for (const token of tokens) {
      node = valueAt(node, [token]);
      pointer = `${pointer}/${fragmentToken(token)}`;
      resource = this.resourceOf(node, pointer, resource);
    }
    return { node, pointer, resource };
  }

  #anchorsOf({ pointer }: SchemaResource): ReadonlyMap<string, Anchor> {
    return this.#index.anchors.get(pointer) ?? new Map();
  }

  /** Built on demand, because most documents have no anchors or ids. */
  get #index(): ReferenceIndex {
    while (this.#builtIndex === undefined) {
      this.#building ??= this.#buildIndex();
      const { done, value } = this.#building.next();
      if (done) this.#builtIndex = value;
      else this.#onWork();
    }
    return this.#builtIndex;
  }

  *#buildIndex(): Incremental<ReferenceIndex> {
    let visited = 0;
    const resources = new Map<string, SchemaLocation>();
    const anchors = new Map<string, Map<string, Anchor>>();
    const register = (node: Json, pointer: string, outer: SchemaResource): SchemaResource => {
      const resource = this.resourceOf(node, pointer, outer);
      if (resource !== outer && !resources.has(resource.uri))
        resources.set(resource.uri, { node, pointer, resource });
      const own = anchors.get(resource.pointer) ?? new Map<string, Anchor>();
      for (const keyword of ['$dynamicAnchor', '$anchor']) {
        const name = node[keyword];
        if (typeof name !== 'string' || own.has(name)) continue;
        own.set(name, { site: { node, pointer, resource }, isDynamic: keyword === '$dynamicAnchor' });
      }
      if (own.size > 0) anchors.set(resource.pointer, own);
      return resource;
    };
    const pending: { node: Json; kind: Kind; pointer: string; outer: SchemaResource }[] = [
      { node: this.#document, kind: 'document', pointer: '#', outer: DOCUMENT_RESOURCE },
    ];
    for (let next = pending.pop(); next; next = pending.pop()) {
      const { node, kind, pointer, outer } = next;
      if (++visited % SCHEMAS_PER_STEP === 0) yield;
      const resource = kind === 'schema' ? register(node, pointer, outer) : outer;
      for (const [name, value] of Object.entries(node)) {
        const field = grammarFieldOf(kind, name);
        if (!field || typeof value !== 'object' || value === null) continue;
        const at = `${pointer}/${fragmentToken(name)}`;
        const found = field[0] === 'one' ? [[at, value] as const] : entriesOf(value, at);
        for (const [where, one] of found)
          if (isObject(one)) pending.push({ node: one, kind: field[1], pointer: where, outer: resource });
      }
    }
    return { resources, anchors };
  }
}

const entriesOf = (value: object, pointer: string): (readonly [string, unknown])[] =>
  Object.entries(value).map(([key, one]) => [`${pointer}/${fragmentToken(key)}`, one] as const);

const withoutFragment = (uri: string): string => uri.split('#', 1)[0] ?? uri;
