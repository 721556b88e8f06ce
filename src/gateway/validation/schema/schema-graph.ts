/**
 * The schemas of a document as ajv takes them: each that is referred to is one of its own, made when something refers
 * to it, so that of a large document only what is used costs anything.
 *
 * What is no schema, and what refers to nothing, is left out and told; everything around it holds. A `not` around it, or a
 * choice with it, holds as far as the rest can tell.
 */
import { fragmentToken } from '../../../contract/json-pointer.ts';
import type { Steps } from '../../../openapi/incremental.ts';
import type { DocumentFault } from '../../../openapi/load/document-fault.ts';
import type { Json } from '../../../openapi/load/grammar.ts';
import { isObject } from '../../../openapi/load/grammar.ts';
import { APPLICATORS, ASSERTIONS, countOf, isSchema, MOST_OF_KEYWORD } from './keywords.ts';
import { type Members, type OneWay, OneWayMembers } from './read-write-only.ts';
import type { Resource, SchemaReferences, Site } from './schema-references.ts';
import { TurnOver } from './turn.ts';
import { STEP } from './validation-budget.ts';

/** A schema as ajv takes it; every `$ref` in it is the id of another. */
export type Made = Json | boolean;

/** One that can be referred to. */
export interface Root {
  readonly id: string;
  schema: Made;
  /** What it refers to. */
  readonly refs: Set<Root>;
  /** How many schemas it has in itself, about. */
  readonly size: number;
}

/** What a reference was followed from, as far as it makes a difference to what it leads to. */
interface Context {
  readonly resource: Resource;
  /** Resources with dynamic anchors, in the order in which they were entered. */
  readonly scope: readonly Resource[];
  /** Members that need not be there, as what stands around says. */
  readonly optional: ReadonlySet<string>;
  /** In a condition everything counts as it is written. */
  readonly isAsWritten: boolean;
  /** Whether it is about a member or an item of what its root is about. */
  readonly isInner: boolean;
}

interface Holder {
  readonly schema: Json;
  readonly pointer: string;
  readonly target: Growing;
  /** Whether it is about what its root is about. */
  readonly isSame: boolean;
}

/** A schema in a list of them. */
interface Item {
  readonly node: unknown;
  readonly pointer: string;
}

/** A schema in a map of them. */
interface Entry extends Item {
  readonly name: string;
}

interface Growing extends Root {
  readonly holders: Holder[];
  readonly pointer: string;
  readonly make: () => Made;
  /** Schemas that it may still have in itself. */
  room: number;
  /** The most references in a row that lead on from it about the same value. */
  onward: number;
}

/**
 * Schemas that one root has in itself, and schemas that one keyword lists: what is beyond is in roots of its own, so
 * that no function that ajv makes of one is long, or nested deeply.
 */
const MOST_WITHIN = 100;
const MOST_LISTED = 50;
/** References in a row that all speak of one value, each of which is a call within the one before. */
const MOST_IN_A_ROW = 100;
/** Names, and values, that cost as much as a schema. */
const NAMES_PER_SCHEMA = 8;
/** Each part of a longer list would say of all the places before it that they are anything. */
const MOST_PLACES = 1000;

const NO_NAMES: ReadonlySet<string> = new Set();

/** What is left for another keyword depends on these: where one of them is not all there, so is the other. */
const REST: Readonly<Record<string, string>> = {
  properties: 'additionalProperties',
  patternProperties: 'additionalProperties',
  prefixItems: 'items',
};

const NOWHERE = 'it refers to nothing';

/** ajv knows no property of this name. */
const PROTO = '__proto__';

export interface SchemaGraphOptions {
  readonly references: SchemaReferences;
  /** Which members need not be there, though required. */
  readonly way: OneWay;
  readonly onFault: (fault: DocumentFault) => void;
  /** @throws Error for what is no regular expression */
  readonly checkPattern: (pattern: string) => unknown;
  readonly knowsFormat: (name: string) => boolean;
  /** Called after each piece of work: where it throws, `make` goes on from there when it is called again. */
  readonly onWork: () => void;
}

const isReferenceOnly = (node: unknown): node is { readonly $ref: string } =>
  isObject(node) && typeof node.$ref === 'string' && Object.keys(node).length === 1;

export class SchemaGraph {
  readonly #options: SchemaGraphOptions;
  readonly #members: OneWayMembers;
  readonly #roots = new Map<string, Growing>();
  readonly #byId = new Map<string, Growing>();
  readonly #pending: Growing[] = [];
  /** Made, and not settled yet. */
  #fresh: Growing[] = [];
  /** Schemas whose `patternProperties` are in parts. */
  readonly #longPatterns = new WeakMap<
    object,
    { readonly parts: readonly Made[]; readonly isWhole: boolean }
  >();
  #settling: Steps<void> | undefined;
  /** Schemas with something left out. */
  readonly #lacking = new WeakSet<object>();
  /** Roots with something left out in them, or in what they refer to. */
  readonly #lackingRoots = new Set<Root>();
  /** Roots in which no circle begins. */
  readonly #isDone = new Set<Root>();
  #made: Growing | undefined;

  constructor(options: SchemaGraphOptions) {
    this.#options = options;
    this.#members = new OneWayMembers(options.references, options.way);
  }

  /**
   * @param schema one that stands in no document, whose references are from its root
   * @param isAsWritten whether members that go one way only are required too
   */
  make(schema: Json, pointer: string, isAsWritten: boolean): Root {
    const { resource } = this.#options.references.at('#');
    const context: Context = {
      ...{ resource, scope: [resource], optional: NO_NAMES },
      ...{ isAsWritten, isInner: false },
    };
    const key = `${isAsWritten} ${pointer} ${JSON.stringify(schema)}`;
    const root = this.#root(key, pointer, () => this.#schema(schema, pointer, context));
    this.#finish();
    return root;
  }

  /** Tells of a schema that refers to nothing before it is made. */
  tellDangling(pointer: string): void {
    const { references, onFault } = this.#options;
    const { node, resource } = references.at(pointer);
    try {
      if (!isObject(node) || typeof node.$ref !== 'string' || references.resolve(node.$ref, resource)) return;
      onFault({ pointer, reason: `goes unchecked: ${NOWHERE}` });
    } catch (error) {
      // What takes longer is told when it is used.
      if (!(error instanceof TurnOver)) throw error;
    }
  }

  root(id: string): Root | undefined {
    return this.#byId.get(id);
  }

  /** Whether what holds of a value is not all known. */
  isLacking(schema: object): boolean {
    return this.#lacking.has(schema);
  }

  #root(key: string, pointer: string, make: () => Made): Growing {
    const known = this.#roots.get(key);
    if (known) return known;
    const root: Growing = {
      get size() {
        return MOST_WITHIN - this.room;
      },
      id: `schema:${this.#byId.size}`,
      ...{ schema: true, refs: new Set(), holders: [], room: MOST_WITHIN, onward: 0 },
      ...{ pointer, make },
    };
    this.#roots.set(key, root);
    this.#byId.set(root.id, root);
    this.#pending.push(root);
    return root;
  }

  /** @throws whatever `onWork` does, and goes on from there when it is called again */
  #finish(): void {
    const { onWork } = this.#options;
    for (;;) {
      while (this.#settling?.next().done === false) onWork();
      this.#settling = undefined;
      if (this.#pending.length === 0 && this.#fresh.length === 0) return;
      for (let next = this.#pending.pop(); next; next = this.#pending.pop()) {
        this.#made = next;
        next.schema = this.#madeOf(next);
        this.#fresh.push(next);
        if (isObject(next.schema)) next.schema[STEP] = true;
        onWork();
      }
      const fresh = this.#fresh;
      this.#fresh = [];
      this.#settling = this.#settle(fresh);
    }
  }

  #madeOf(root: Growing): Made {
    const { make, pointer } = root;
    try {
      return make();
    } catch (error) {
      if (error instanceof TurnOver) {
        // From its beginning in the next turn.
        root.refs.clear();
        root.holders.length = 0;
        root.room = MOST_WITHIN;
        this.#pending.push(root);
        throw error;
      }
      return this.#nothing(pointer, (error as Error).message);
    }
  }

  *#settle(fresh: readonly Growing[]): Steps<void> {
    yield* this.#cutCircles(fresh);
    yield* this.#loosen(fresh);
  }

  #schema(node: unknown, pointer: string, around: Context): Made {
    if (typeof node === 'boolean') return node;
    if (!isObject(node)) return this.#nothing(pointer, 'expected a schema');
    if (!this.#hasRoom(1 + partsOf(node)))
      return this.#apart(pointer, around, () => this.#schema(node, pointer, { ...around, isInner: false }));
    const context = this.#entered(node, pointer, around);
    const made: Json = {};
    const members = this.#members.of(node, pointer, context.resource);
    const optional = context.isAsWritten ? NO_NAMES : context.optional.union(members.all);
    for (const [keyword, value] of Object.entries(node)) {
      const at = `${pointer}/${fragmentToken(keyword)}`;
      if (Object.hasOwn(ASSERTIONS, keyword)) this.#assert(made, keyword, value, at, optional);
      else if (Object.hasOwn(APPLICATORS, keyword)) {
        const inner = APPLICATORS[keyword]?.about === 'inner';
        const within: Context = inner
          ? { ...context, optional: NO_NAMES, isInner: true }
          : keyword === 'not' || keyword === 'if'
            ? { ...context, optional: NO_NAMES, isAsWritten: true }
            : { ...context, optional: keyword === 'allOf' ? optional : this.#always(members, context) };
        this.#apply(made, keyword, value, at, within);
      }
    }
    this.#leaveToPatterns(made, node);
    for (const [keyword, rest] of Object.entries(REST))
      if (sizeOf(made, keyword) < sizeOf(node, keyword)) delete made[rest];
    this.#refer(made, node, pointer, { ...context, optional });
    return Array.isArray(made.enum) && made.enum.length === 0 ? false : made;
  }

  /** Whether the root that is being made takes something of this size; it always takes the first. */
  #hasRoom(size: number): boolean {
    const root = this.#made;
    if (!root) return true;
    const isFirst = root.room === MOST_WITHIN;
    if (!isFirst && root.room < size) return false;
    root.room -= size;
    return true;
  }

  /** A reference to a root of its own, made later. */
  #apart(pointer: string, { isInner }: Pick<Context, 'isInner'>, make: () => Made): Json {
    const made: Json = {};
    this.#hold(made, pointer, this.#root(`part ${this.#byId.size}`, pointer, make), isInner);
    return made;
  }

  #hold(made: Json, pointer: string, target: Growing, isInner: boolean): void {
    made.$ref = target.id;
    this.#made?.refs.add(target);
    this.#made?.holders.push({ schema: made, pointer, target, isSame: !isInner });
  }

  #entered(node: Json, pointer: string, around: Context): Context {
    const { references } = this.#options;
    const resource = references.resourceOf(node, pointer, around.resource);
    if (resource === around.resource) return around;
    const isNew =
      references.hasDynamicAnchors(resource) && !around.scope.some((one) => one.pointer === resource.pointer);
    return { ...around, resource, scope: isNew ? [...around.scope, resource] : around.scope };
  }

  #always = (members: Members, { optional, isAsWritten }: Context): ReadonlySet<string> =>
    isAsWritten ? NO_NAMES : optional.union(members.always);

  /** What is left by a long list of patterns is told as by `unevaluatedProperties`: ajv would write down each. */
  #leaveToPatterns(made: Json, node: Json): void {
    const patterns = this.#longPatterns.get(made);
    const { additionalProperties: rest, properties } = made;
    if (!patterns || rest === undefined) return;
    delete made.additionalProperties;
    if (!patterns.isWhole || sizeOf(made, 'properties') < sizeOf(node, 'properties')) return;
    const names = Object.keys(isObject(properties) ? properties : {}).map((name) => [name, true]);
    also(made, {
      ...{ properties: Object.fromEntries(names), allOf: patterns.parts },
      unevaluatedProperties: rest,
    });
  }

  #assert(made: Json, keyword: string, value: unknown, pointer: string, optional: ReadonlySet<string>): void {
    const { expected, is } = ASSERTIONS[keyword] ?? { expected: '', is: () => false };
    if (!is(value)) this.#lack(made, pointer, `expected ${expected}`);
    else if (keyword === 'required') made[keyword] = without(value as string[], optional);
    else if (keyword === 'dependentRequired') this.#dependentRequired(made, value as Json, pointer, optional);
    else if (keyword === 'format') {
      if (this.#options.knowsFormat(String(value))) made[keyword] = value;
    } else if (keyword !== 'pattern' || this.#isPattern(made, String(value), pointer)) made[keyword] = value;
  }

  #dependentRequired(made: Json, value: Json, pointer: string, optional: ReadonlySet<string>): void {
    const entries = Object.entries(value).map(
      ([name, names]) => [name, without(names as string[], optional)] as const,
    );
    if (entries.reduce((sum, [, { length }]) => sum + 1 + length, 0) <= MOST_LISTED) {
      made.dependentRequired = Object.fromEntries(entries);
      return;
    }
    // The same in other words, of which a large one can be taken apart.
    const parts = (some: typeof entries): Made =>
      some.length > MOST_LISTED
        ? {
            allOf: chunksOf(some).map((chunk) => this.#apart(pointer, { isInner: true }, () => parts(chunk))),
          }
        : { dependentSchemas: Object.fromEntries(some.map(([name, required]) => [name, { required }])) };
    also(made, parts(entries));
  }

  #isPattern(made: Json, pattern: string, pointer: string): boolean {
    try {
      this.#options.checkPattern(pattern);
      return true;
    } catch (error) {
      this.#lack(made, pointer, String((error as Error).message).split('\n', 1)[0] ?? '');
      return false;
    }
  }

  #apply(made: Json, keyword: string, value: unknown, pointer: string, context: Context): void {
    const { shape } = APPLICATORS[keyword] ?? {};
    if (shape === 'one') made[keyword] = this.#schema(value, pointer, context);
    else if (countOf(Object(value)) > MOST_OF_KEYWORD)
      this.#lack(made, pointer, `it has more than ${MOST_OF_KEYWORD} schemas`);
    else if (shape === 'list') {
      // An empty list is not allowed, and says nothing.
      if (!Array.isArray(value)) this.#lack(made, pointer, 'expected a list of schemas');
      else if (value.length > 0)
        this.#applyList(
          ...[made, keyword],
          value.map((node, index) => ({ node, pointer: `${pointer}/${index}` })),
          ...[pointer, context],
        );
    } else if (!isObject(value)) {
      this.#lack(made, pointer, 'expected an object of schemas');
    } else {
      const entries = Object.entries(value)
        .toSorted(byValue)
        .map(([name, node]) => ({ name, node, pointer: `${pointer}/${fragmentToken(name)}` }));
      this.#applyMap(made, keyword, entries, pointer, context);
    }
    if (keyword === 'properties' && isObject(value) && Object.hasOwn(value, PROTO))
      also(made, { patternProperties: { [`^${PROTO}$`]: this.#schema(value[PROTO], pointer, context) } });
  }

  #applyList(made: Json, keyword: string, items: readonly Item[], pointer: string, context: Context): void {
    if (keyword === 'oneOf') {
      if (!items.some((one) => this.#isLess(one.node, one.pointer, context)))
        Object.assign(made, this.#oneOf(items, pointer, context));
      else {
        const asWritten = { ...context, optional: NO_NAMES, isAsWritten: true };
        also(made, {
          anyOf: [this.#oneOf(items, pointer, context), this.#oneOf(items, pointer, asWritten)],
        });
      }
    } else if (keyword === 'prefixItems') this.#prefixItems(made, items, pointer, context);
    else {
      const list = this.#listed(keyword, items, pointer, context);
      if (keyword === 'allOf') also(made, ...list);
      else made[keyword] = list;
    }
  }

  /** The schemas of `allOf` or `anyOf`; of a long one schemas that are each a part of the list. */
  #listed(keyword: string, items: readonly Item[], pointer: string, context: Context): Made[] {
    if (items.length <= MOST_LISTED) return this.#schemas(items, context);
    const within = { ...context, isInner: false };
    return chunksOf(items).map((chunk) =>
      this.#apart(pointer, context, () => ({ [keyword]: this.#listed(keyword, chunk, pointer, within) })),
    );
  }

  #schemas = (items: readonly Item[], context: Context): Made[] =>
    items.map((one) => this.#schema(one.node, one.pointer, context));

  /** Of a long list: one part alone has any that holds, and some part has one that does. */
  #oneOf(items: readonly Item[], pointer: string, context: Context): Json {
    if (items.length <= MOST_LISTED) return { oneOf: this.#schemas(items, context) };
    const within = { ...context, isInner: false };
    const parts = (make: (chunk: readonly Item[]) => Made): Made[] =>
      chunksOf(items).map((chunk) => this.#apart(pointer, context, () => make(chunk)));
    return {
      oneOf: parts((chunk) => ({ anyOf: this.#listed('anyOf', chunk, pointer, within) })),
      anyOf: parts((chunk) => this.#oneOf(chunk, pointer, within)),
    };
  }

  #prefixItems(made: Json, items: readonly Item[], pointer: string, context: Context): void {
    if (items.length > MOST_PLACES) this.#lack(made, pointer, `it has more than ${MOST_PLACES} items`);
    else if (items.length <= MOST_LISTED) made.prefixItems = this.#schemas(items, context);
    else {
      const anything = items.map(() => true);
      let place = 0;
      const parts = chunksOf(items).map((chunk) => {
        const before = anything.slice(0, place);
        place += chunk.length;
        return this.#apart(pointer, context, () => ({
          prefixItems: [...before, ...this.#schemas(chunk, context)],
        }));
      });
      made.prefixItems = anything;
      also(made, ...parts);
    }
  }

  #applyMap(made: Json, keyword: string, entries: readonly Entry[], pointer: string, context: Context): void {
    const isPattern = keyword === 'patternProperties';
    const known = isPattern ? entries.filter((one) => this.#isPattern(made, one.name, one.pointer)) : entries;
    if (known.length <= MOST_LISTED) {
      made[keyword] = Object.fromEntries(
        known.map((one) => [one.name, this.#schema(one.node, one.pointer, context)]),
      );
      return;
    }
    const within = APPLICATORS[keyword]?.about === 'inner' ? context : { ...context, isInner: false };
    const parts = chunksOf(known).map((chunk) =>
      this.#apart(pointer, context, () => {
        const part: Json = {};
        this.#applyMap(part, keyword, chunk, pointer, within);
        return part;
      }),
    );
    also(made, ...parts);
    // What is left for `additionalProperties` depends on the names.
    if (keyword === 'properties') made.properties = Object.fromEntries(known.map(({ name }) => [name, true]));
    if (isPattern) this.#longPatterns.set(made, { parts, isWhole: known.length === entries.length });
  }

  /** Whether an alternative requires less than it says, so that it no longer tells itself from the others. */
  #isLess(node: unknown, pointer: string, context: Context): boolean {
    if (context.isAsWritten) return false;
    const { all, required } = this.#members.of(node, pointer, context.resource);
    return [...required].some((name) => all.has(name) || context.optional.has(name));
  }

  #refer(made: Json, node: Json, pointer: string, context: Context): void {
    const { references } = this.#options;
    for (const keyword of ['$ref', '$dynamicRef']) {
      const reference = node[keyword];
      if (reference === undefined) continue;
      const at = `${pointer}/${keyword}`;
      if (typeof reference !== 'string') {
        this.#lack(made, at, 'expected a reference');
        continue;
      }
      const target = references.resolve(reference, context.resource);
      if (!target || !isSchema(target.node)) {
        this.#lack(made, keyword === '$ref' ? pointer : at, NOWHERE);
        continue;
      }
      const chosen = keyword === '$ref' ? target : this.#dynamic(reference, target, context);
      // Two references of one schema both hold.
      if (made.$ref === undefined) this.#referTo(made, chosen, at, context);
      else {
        const second: Json = {};
        this.#referTo(second, chosen, at, context);
        also(made, second);
      }
    }
  }

  /** The outermost resource that has the anchor too (Core §8.2.3.2). */
  #dynamic(reference: string, target: Site, { scope }: Context): Site {
    const { references } = this.#options;
    if (!references.isDynamic(reference, target)) return target;
    for (const resource of scope) {
      const found = references.dynamicAnchor(reference, resource);
      if (found) return found;
    }
    return target;
  }

  #referTo(made: Json, first: Site, pointer: string, context: Context): void {
    const target = this.#behind(first);
    const entered = this.#entered(
      isObject(target.node) ? target.node : {},
      target.pointer,
      this.#into(target.resource, context),
    );
    const own = this.#members.of(target.node, target.pointer, target.resource).all;
    const optional = context.isAsWritten ? NO_NAMES : context.optional.difference(own);
    const key = JSON.stringify([
      target.pointer,
      entered.scope.map((one) => one.pointer),
      [...optional].toSorted(),
      context.isAsWritten,
    ]);
    const root = this.#root(key, target.pointer, () =>
      this.#schema(target.node, target.pointer, {
        ...{ ...entered, resource: target.resource },
        ...{ optional, isInner: false },
      }),
    );
    this.#hold(made, pointer, root, context.isInner);
  }

  /** What a row of schemas leads to that only refer to the next: compiling each of them would say nothing more. */
  #behind(first: Site): Site {
    const passed = new Set<unknown>();
    let site = first;
    for (let { node } = site; isReferenceOnly(node); { node } = site) {
      passed.add(node);
      const next = this.#options.references.resolve(node.$ref, site.resource);
      // A circle or an end is told where it is, and another resource counts for dynamic references.
      if (next === undefined || passed.has(next.node)) return first;
      if (next.resource.pointer !== site.resource.pointer) return site;
      site = next;
    }
    return site;
  }

  #into(resource: Resource, context: Context): Context {
    const { references } = this.#options;
    const isKnown =
      resource.pointer === context.resource.pointer ||
      context.scope.some((one) => one.pointer === resource.pointer);
    if (isKnown || !references.hasDynamicAnchors(resource)) return { ...context, resource };
    return { ...context, resource, scope: [...context.scope, resource] };
  }

  #nothing(pointer: string, reason: string): Json {
    const made: Json = {};
    this.#lack(made, pointer, reason);
    return made;
  }

  #lack(made: Json, pointer: string, reason: string, root = this.#made): void {
    this.#lacking.add(made);
    if (root) this.#lackingRoots.add(root);
    this.#options.onFault({ pointer, reason: `goes unchecked: ${reason}` });
  }

  /** A schema that is about a value only by way of itself would be looked at without end. */
  *#cutCircles(fresh: readonly Growing[]): Steps<void> {
    const open = new Set<Growing>();
    for (const start of fresh) {
      yield;
      if (this.#isDone.has(start)) continue;
      const path = [{ root: start, next: 0 }];
      open.add(start);
      for (let at = path.at(-1); at; at = path.at(-1)) {
        const holder = at.root.holders[at.next++];
        if (holder === undefined) {
          this.#isDone.add(at.root);
          open.delete(at.root);
          path.pop();
          const before = path.at(-1)?.root;
          if (before) before.onward = Math.max(before.onward, at.root.onward + 1);
        } else if (!holder.isSame) continue;
        else if (open.has(holder.target) || path.length + holder.target.onward >= MOST_IN_A_ROW) {
          delete holder.schema.$ref;
          const reason = open.has(holder.target) ? 'it refers to itself' : 'it refers on too often';
          this.#lack(holder.schema, holder.pointer, reason, at.root);
        } else if (this.#isDone.has(holder.target)) {
          at.root.onward = Math.max(at.root.onward, holder.target.onward + 1);
        } else {
          open.add(holder.target);
          path.push({ root: holder.target, next: 0 });
        }
      }
    }
  }

  /** Where something is left out, what is around it may say no only for what is known. */
  *#loosen(fresh: readonly Growing[]): Steps<void> {
    if (this.#lackingRoots.size === 0) return;
    const users = new Map<Root, Growing[]>();
    for (const root of fresh) {
      for (const ref of root.refs) {
        const known = users.get(ref);
        if (known) known.push(root);
        else users.set(ref, [root]);
      }
      yield;
    }
    // A set grows while it is iterated.
    for (const root of this.#lackingRoots)
      for (const user of users.get(root) ?? []) this.#lackingRoots.add(user);
    for (const root of fresh) {
      if (this.#lackingRoots.has(root)) this.#loosenSchema(root.schema);
      yield;
    }
  }

  /** @returns whether something is left out in it */
  #loosenSchema(made: Made): boolean {
    if (!isObject(made)) return false;
    const target = typeof made.$ref === 'string' ? this.#byId.get(made.$ref) : undefined;
    let lacks = this.#lacking.has(made) || (target !== undefined && this.#lackingRoots.has(target));
    for (const [keyword, { shape }] of Object.entries(APPLICATORS)) {
      const value = made[keyword];
      if (value === undefined) continue;
      const parts = (shape === 'one' ? [value] : Object.values(value as object)) as Made[];
      const known = parts.filter((part) => !this.#loosenSchema(part));
      if (known.length === parts.length) continue;
      lacks = true;
      loosenKeyword(made, keyword, parts, known);
    }
    return lacks;
  }
}

function loosenKeyword(made: Json, keyword: string, parts: readonly Made[], known: readonly Made[]): void {
  if (keyword === 'not') delete made.not;
  else if (keyword === 'contains') delete made.maxContains;
  else if (keyword === 'oneOf') {
    // One of the known alternatives, or none of them.
    if (known.length === 0) delete made.oneOf;
    else made.oneOf = [...known, { not: { anyOf: known } }];
    also(made, { anyOf: parts });
  } else if (keyword === 'if') {
    also(made, { anyOf: [made.then ?? true, made.else ?? true] });
    for (const branch of ['if', 'then', 'else']) delete made[branch];
  }
}

/** What tells one alternative from the others comes first, so that it is known before their members are looked at. */
const byValue = ([, one]: [string, unknown], [, other]: [string, unknown]): number =>
  Number(hasValue(other)) - Number(hasValue(one));

const hasValue = (schema: unknown): boolean =>
  isObject(schema) && (schema.const !== undefined || schema.enum !== undefined);

/** A long list in parts, of which there are few: they may be long themselves. */
function chunksOf<T>(list: readonly T[]): T[][] {
  const size = Math.max(MOST_LISTED, Math.ceil(list.length / MOST_LISTED));
  const chunks: T[][] = [];
  for (let at = 0; at < list.length; at += size) chunks.push(list.slice(at, at + size));
  return chunks;
}

/** What ajv writes code for: schemas that a schema has in itself, and names and values. */
function partsOf(node: Json): number {
  let parts = 0;
  for (const [keyword, value] of Object.entries(node)) {
    if (typeof value !== 'object' || value === null) continue;
    if (Object.hasOwn(ASSERTIONS, keyword)) parts += Math.min(countOf(value) / NAMES_PER_SCHEMA, MOST_LISTED);
    else if (Object.hasOwn(APPLICATORS, keyword))
      parts += APPLICATORS[keyword]?.shape === 'one' ? 1 : Math.min(countOf(value), MOST_LISTED);
  }
  return Math.floor(parts);
}

/** Adds schemas that have to hold as well. */
function also(made: Json, ...parts: readonly Made[]): void {
  made.allOf = [...((made.allOf as Made[] | undefined) ?? []), ...parts];
}

const without = (names: readonly string[], optional: ReadonlySet<string>): string[] =>
  optional.size === 0 ? [...names] : names.filter((name) => !optional.has(name));

const sizeOf = (schema: Json, keyword: string): number => {
  const value = schema[keyword];
  return value === undefined ? 0 : isObject(value) || Array.isArray(value) ? 1 + countOf(value) : 1;
};
