/**
 * Converts the schemas of a document to schemas for ajv. Each referenced schema becomes a root of its own when
 * something refers to it first, so that unused schemas of a large document cost nothing.
 *
 * Invalid schemas and broken references are left out and reported, and the rest applies. A `not` around such a
 * part, or a choice that contains it, is checked as far as the rest allows.
 */
import { fragmentToken } from '../../../contract/json-pointer.ts';
import type { Incremental } from '../../../openapi/incremental.ts';
import type { DocumentFault } from '../../../openapi/load/document-fault.ts';
import type { Json } from '../../../openapi/load/grammar.ts';
import { isObject } from '../../../openapi/load/grammar.ts';
import { APPLICATORS, ASSERTIONS, countOf, isSchema, MAX_SUBSCHEMAS } from './keywords.ts';
import { type AccessKeyword, type RestrictedMembers, RestrictedMembersIndex } from './read-write-only.ts';
import type { SchemaLocation, SchemaReferences, SchemaResource } from './schema-references.ts';
import { TimeSliceExceeded } from './time-slice.ts';
import { BUDGET_KEYWORD } from './validation-budget.ts';

/** A schema for ajv; every `$ref` in it is the id of a root. */
export type AjvSchema = Json | boolean;

/** A schema that can be referenced. */
export interface SchemaRoot {
  readonly id: string;
  schema: AjvSchema;
  /** The roots that it refers to. */
  readonly refs: Set<SchemaRoot>;
  /** The approximate number of schemas in it. */
  readonly size: number;
}

/** The context of a reference, as far as it affects the target. */
interface Context {
  readonly resource: SchemaResource;
  /** Resources with dynamic anchors, in the order in which they were entered. */
  readonly scope: readonly SchemaResource[];
  /** Members that the surrounding schemas make optional. */
  readonly optional: ReadonlySet<string>;
  /** Whether `required` applies unchanged, as it does in a condition. */
  readonly keepsRequired: boolean;
  /** Whether the schema applies to a member or an item of the root's value. */
  readonly isNested: boolean;
}

interface ReferenceUse {
  readonly schema: Json;
  readonly pointer: string;
  readonly target: MutableRoot;
  /** Whether the reference applies to the same value as its root. */
  readonly isSameValue: boolean;
}

/** A schema in a list of them. */
interface ListedSchema {
  readonly node: unknown;
  readonly pointer: string;
}

/** A schema in a map of them. */
interface NamedSchema extends ListedSchema {
  readonly name: string;
}

interface MutableRoot extends SchemaRoot {
  readonly uses: ReferenceUse[];
  readonly pointer: string;
  readonly build: () => AjvSchema;
  /** The number of schemas that still fit into this root. */
  capacity: number;
  /** The longest chain of references from here that apply to the same value. */
  chainLength: number;
}

/**
 * Limits of one root and of one keyword. The rest moves to other roots, so that no function that ajv generates is
 * long or deeply nested.
 */
const MAX_WITHIN = 100;
const MAX_LISTED = 50;
/** The longest chain of references that apply to the same value. Each one is a nested call. */
const MAX_CHAIN = 100;
/** The number of names or values that cost as much as a schema. */
const NAMES_PER_SCHEMA = 8;
/** Each part of a longer list would have to repeat all positions before it. */
const MAX_PREFIX_ITEMS = 1000;

const NO_NAMES: ReadonlySet<string> = new Set();

/** These keywords depend on others: if the other keyword is incomplete, the dependent keyword is dropped. */
const DEPENDENT_KEYWORD: Readonly<Record<string, string>> = {
  properties: 'additionalProperties',
  patternProperties: 'additionalProperties',
  prefixItems: 'items',
};

const MISSING_TARGET = 'it refers to nothing';

/** ajv ignores a property of this name. */
const PROTO = '__proto__';

export interface SchemaGraphOptions {
  readonly references: SchemaReferences;
  /** The keyword whose members are optional even if required. */
  readonly access: AccessKeyword;
  readonly onFault: (fault: DocumentFault) => void;
  /** @throws Error for what is no regular expression */
  readonly checkPattern: (pattern: string) => unknown;
  readonly knowsFormat: (name: string) => boolean;
  /** Called after each piece of work. If it throws, `add` continues from there when it is called again. */
  readonly onWork: () => void;
}

const isReferenceOnly = (node: unknown): node is { readonly $ref: string } =>
  isObject(node) && typeof node.$ref === 'string' && Object.keys(node).length === 1;

export class SchemaGraph {
  readonly #options: SchemaGraphOptions;
  readonly #members: RestrictedMembersIndex;
  readonly #roots = new Map<string, MutableRoot>();
  readonly #byId = new Map<string, MutableRoot>();
  readonly #pending: MutableRoot[] = [];
  /** Built, and not finalized yet. */
  #built: MutableRoot[] = [];
  /** Schemas whose `patternProperties` were split. */
  readonly #longPatterns = new WeakMap<
    object,
    { readonly parts: readonly AjvSchema[]; readonly isWhole: boolean }
  >();
  #finalizing: Incremental<void> | undefined;
  /** Schemas with parts that were left out. */
  readonly #incomplete = new WeakSet<object>();
  /** Roots with parts that were left out, in themselves or in their references. */
  readonly #incompleteRoots = new Set<SchemaRoot>();
  /** Roots without a circular reference. */
  readonly #acyclic = new Set<SchemaRoot>();
  #current: MutableRoot | undefined;

  constructor(options: SchemaGraphOptions) {
    this.#options = options;
    this.#members = new RestrictedMembersIndex(options.references, options.access);
  }

  /**
   * @param schema a schema outside the document, whose references are resolved from its root
   * @param keepsRequired whether `readOnly` or `writeOnly` members are required too
   */
  add(schema: Json, pointer: string, keepsRequired: boolean): SchemaRoot {
    const { resource } = this.#options.references.at('#');
    const context: Context = {
      resource,
      scope: [resource],
      optional: NO_NAMES,
      keepsRequired,
      isNested: false,
    };
    const key = `${keepsRequired} ${pointer} ${JSON.stringify(schema)}`;
    const root = this.#root(key, pointer, () => this.#buildSchema(schema, pointer, context));
    this.#buildPending();
    return root;
  }

  /** Reports a schema with a broken reference before it is built. */
  reportDangling(pointer: string): void {
    const { references, onFault } = this.#options;
    const { node, resource } = references.at(pointer);
    try {
      if (!isObject(node) || typeof node.$ref !== 'string' || references.resolve(node.$ref, resource)) return;
      onFault({ pointer, reason: `is not checked: ${MISSING_TARGET}` });
    } catch (error) {
      // Otherwise it is reported when the schema is used.
      if (!(error instanceof TimeSliceExceeded)) throw error;
    }
  }

  root(id: string): SchemaRoot | undefined {
    return this.#byId.get(id);
  }

  /** Whether parts of the schema were left out. */
  isIncomplete(schema: object): boolean {
    return this.#incomplete.has(schema);
  }

  #root(key: string, pointer: string, build: () => AjvSchema): MutableRoot {
    const known = this.#roots.get(key);
    if (known) return known;
    const root: MutableRoot = {
      get size() {
        return MAX_WITHIN - this.capacity;
      },
      id: `schema:${this.#byId.size}`,
      schema: true,
      refs: new Set(),
      uses: [],
      capacity: MAX_WITHIN,
      chainLength: 0,
      pointer,
      build,
    };
    this.#roots.set(key, root);
    this.#byId.set(root.id, root);
    this.#pending.push(root);
    return root;
  }

  /** @throws the errors of `onWork`, and continues from there when it is called again */
  #buildPending(): void {
    const { onWork } = this.#options;
    for (;;) {
      while (this.#finalizing?.next().done === false) onWork();
      this.#finalizing = undefined;
      if (this.#pending.length === 0 && this.#built.length === 0) return;
      for (let next = this.#pending.pop(); next; next = this.#pending.pop()) {
        this.#current = next;
        next.schema = this.#build(next);
        this.#built.push(next);
        if (isObject(next.schema)) next.schema[BUDGET_KEYWORD] = true;
        onWork();
      }
      const fresh = this.#built;
      this.#built = [];
      this.#finalizing = this.#finalize(fresh);
    }
  }

  #build(root: MutableRoot): AjvSchema {
    const { build, pointer } = root;
    try {
      return build();
    } catch (error) {
      if (error instanceof TimeSliceExceeded) {
        // Starts again in the next time slice.
        root.refs.clear();
        root.uses.length = 0;
        root.capacity = MAX_WITHIN;
        this.#pending.push(root);
        throw error;
      }
      return this.#invalidSchema(pointer, (error as Error).message);
    }
  }

  *#finalize(fresh: readonly MutableRoot[]): Incremental<void> {
    yield* this.#cutCircles(fresh);
    yield* this.#relaxIncomplete(fresh);
  }

  #buildSchema(node: unknown, pointer: string, outer: Context): AjvSchema {
    if (typeof node === 'boolean') return node;
    if (!isObject(node)) return this.#invalidSchema(pointer, 'expected a schema');
    if (!this.#hasRoom(1 + codeSizeOf(node)))
      return this.#separateRoot(pointer, outer, () =>
        this.#buildSchema(node, pointer, { ...outer, isNested: false }),
      );
    const context = this.#enterResource(node, pointer, outer);
    const output: Json = {};
    const members = this.#members.of(node, pointer, context.resource);
    const optional = context.keepsRequired ? NO_NAMES : context.optional.union(members.all);
    for (const [keyword, value] of Object.entries(node)) {
      const at = `${pointer}/${fragmentToken(keyword)}`;
      if (Object.hasOwn(ASSERTIONS, keyword)) this.#addAssertion(output, keyword, value, at, optional);
      else if (Object.hasOwn(APPLICATORS, keyword)) {
        const inner: Context =
          APPLICATORS[keyword]?.about === 'inner'
            ? { ...context, optional: NO_NAMES, isNested: true }
            : keyword === 'not' || keyword === 'if'
              ? { ...context, optional: NO_NAMES, keepsRequired: true }
              : {
                  ...context,
                  optional: keyword === 'allOf' ? optional : this.#alwaysOptional(members, context),
                };
        this.#addApplicator(output, keyword, value, at, inner);
      }
    }
    this.#replaceAdditionalProperties(output, node);
    for (const [keyword, rest] of Object.entries(DEPENDENT_KEYWORD))
      if (sizeOf(output, keyword) < sizeOf(node, keyword)) delete output[rest];
    this.#addReferences(output, node, pointer, { ...context, optional });
    return Array.isArray(output.enum) && output.enum.length === 0 ? false : output;
  }

  /** Whether the current root has room for a schema of this size; it always accepts the first. */
  #hasRoom(size: number): boolean {
    const root = this.#current;
    if (!root) return true;
    const isFirst = root.capacity === MAX_WITHIN;
    if (!isFirst && root.capacity < size) return false;
    root.capacity -= size;
    return true;
  }

  /** Adds a reference to a new root, which is built later. */
  #separateRoot(pointer: string, { isNested }: Pick<Context, 'isNested'>, make: () => AjvSchema): Json {
    const output: Json = {};
    this.#addReference(output, pointer, this.#root(`part ${this.#byId.size}`, pointer, make), isNested);
    return output;
  }

  #addReference(output: Json, pointer: string, target: MutableRoot, isNested: boolean): void {
    output.$ref = target.id;
    this.#current?.refs.add(target);
    this.#current?.uses.push({ schema: output, pointer, target, isSameValue: !isNested });
  }

  #enterResource(node: Json, pointer: string, outer: Context): Context {
    const { references } = this.#options;
    const resource = references.resourceOf(node, pointer, outer.resource);
    if (resource === outer.resource) return outer;
    const isNew =
      references.hasDynamicAnchors(resource) && !outer.scope.some((one) => one.pointer === resource.pointer);
    return { ...outer, resource, scope: isNew ? [...outer.scope, resource] : outer.scope };
  }

  #alwaysOptional = (
    members: RestrictedMembers,
    { optional, keepsRequired }: Context,
  ): ReadonlySet<string> => (keepsRequired ? NO_NAMES : optional.union(members.always));

  /**
   * A long list of patterns uses `unevaluatedProperties` instead of `additionalProperties`, because ajv would
   * repeat every pattern.
   */
  #replaceAdditionalProperties(output: Json, node: Json): void {
    const patterns = this.#longPatterns.get(output);
    const { additionalProperties: rest, properties } = output;
    if (!patterns || rest === undefined) return;
    delete output.additionalProperties;
    if (!patterns.isWhole || sizeOf(output, 'properties') < sizeOf(node, 'properties')) return;
    const names = Object.keys(isObject(properties) ? properties : {}).map((name) => [name, true]);
    addToAllOf(output, {
      properties: Object.fromEntries(names),
      allOf: patterns.parts,
      unevaluatedProperties: rest,
    });
  }

  #addAssertion(
    output: Json,
    keyword: string,
    value: unknown,
    pointer: string,
    optional: ReadonlySet<string>,
  ): void {
    const { expected, is } = ASSERTIONS[keyword] ?? { expected: '', is: () => false };
    if (!is(value)) this.#omit(output, pointer, `expected ${expected}`);
    else if (keyword === 'required') output[keyword] = except(value as string[], optional);
    else if (keyword === 'dependentRequired')
      this.#dependentRequired(output, value as Json, pointer, optional);
    else if (keyword === 'format') {
      if (this.#options.knowsFormat(String(value))) output[keyword] = value;
    } else if (keyword !== 'pattern' || this.#isPattern(output, String(value), pointer))
      output[keyword] = value;
  }

  #dependentRequired(output: Json, value: Json, pointer: string, optional: ReadonlySet<string>): void {
    const entries = Object.entries(value).map(
      ([name, names]) => [name, except(names as string[], optional)] as const,
    );
    if (entries.reduce((sum, [, { length }]) => sum + 1 + length, 0) <= MAX_LISTED) {
      output.dependentRequired = Object.fromEntries(entries);
      return;
    }
    // `dependentSchemas` is equivalent, and a large one can be split.
    const parts = (some: typeof entries): AjvSchema =>
      some.length > MAX_LISTED
        ? {
            allOf: chunksOf(some).map((chunk) =>
              this.#separateRoot(pointer, { isNested: true }, () => parts(chunk)),
            ),
          }
        : { dependentSchemas: Object.fromEntries(some.map(([name, required]) => [name, { required }])) };
    addToAllOf(output, parts(entries));
  }

  #isPattern(output: Json, pattern: string, pointer: string): boolean {
    try {
      this.#options.checkPattern(pattern);
      return true;
    } catch (error) {
      this.#omit(output, pointer, String((error as Error).message).split('\n', 1)[0] ?? '');
      return false;
    }
  }

  #addApplicator(output: Json, keyword: string, value: unknown, pointer: string, context: Context): void {
    const { shape } = APPLICATORS[keyword] ?? {};
    if (shape === 'one') output[keyword] = this.#buildSchema(value, pointer, context);
    else if (countOf(Object(value)) > MAX_SUBSCHEMAS)
      this.#omit(output, pointer, `it has more than ${MAX_SUBSCHEMAS} schemas`);
    else if (shape === 'list') {
      // An empty list is invalid and has no effect.
      if (!Array.isArray(value)) this.#omit(output, pointer, 'expected a list of schemas');
      else if (value.length > 0)
        this.#addList(
          output,
          keyword,
          value.map((node, index) => ({ node, pointer: `${pointer}/${index}` })),
          pointer,
          context,
        );
    } else if (!isObject(value)) {
      this.#omit(output, pointer, 'expected an object of schemas');
    } else {
      const entries = Object.entries(value)
        .toSorted(byConstant)
        .map(([name, node]) => ({ name, node, pointer: `${pointer}/${fragmentToken(name)}` }));
      this.#addMap(output, keyword, entries, pointer, context);
    }
    if (keyword === 'properties' && isObject(value) && Object.hasOwn(value, PROTO))
      addToAllOf(output, {
        patternProperties: { [`^${PROTO}$`]: this.#buildSchema(value[PROTO], pointer, context) },
      });
  }

  #addList(
    output: Json,
    keyword: string,
    items: readonly ListedSchema[],
    pointer: string,
    context: Context,
  ): void {
    if (keyword === 'oneOf') {
      if (!items.some((one) => this.#isRelaxed(one.node, one.pointer, context)))
        Object.assign(output, this.#oneOf(items, pointer, context));
      else {
        const asWritten = { ...context, optional: NO_NAMES, isAsWritten: true };
        addToAllOf(output, {
          anyOf: [this.#oneOf(items, pointer, context), this.#oneOf(items, pointer, asWritten)],
        });
      }
    } else if (keyword === 'prefixItems') this.#prefixItems(output, items, pointer, context);
    else {
      const list = this.#buildList(keyword, items, pointer, context);
      if (keyword === 'allOf') addToAllOf(output, ...list);
      else output[keyword] = list;
    }
  }

  /** The schemas of `allOf` or `anyOf`. A long list is split into several schemas. */
  #buildList(
    keyword: string,
    items: readonly ListedSchema[],
    pointer: string,
    context: Context,
  ): AjvSchema[] {
    if (items.length <= MAX_LISTED) return this.#buildSchemas(items, context);
    const inner = { ...context, isNested: false };
    return chunksOf(items).map((chunk) =>
      this.#separateRoot(pointer, context, () => ({
        [keyword]: this.#buildList(keyword, chunk, pointer, inner),
      })),
    );
  }

  #buildSchemas = (items: readonly ListedSchema[], context: Context): AjvSchema[] =>
    items.map((one) => this.#buildSchema(one.node, one.pointer, context));

  /** Splits a long `oneOf`: exactly one part has a match, and one part has exactly one match. */
  #oneOf(items: readonly ListedSchema[], pointer: string, context: Context): Json {
    if (items.length <= MAX_LISTED) return { oneOf: this.#buildSchemas(items, context) };
    const inner = { ...context, isNested: false };
    const parts = (make: (chunk: readonly ListedSchema[]) => AjvSchema): AjvSchema[] =>
      chunksOf(items).map((chunk) => this.#separateRoot(pointer, context, () => make(chunk)));
    return {
      oneOf: parts((chunk) => ({ anyOf: this.#buildList('anyOf', chunk, pointer, inner) })),
      anyOf: parts((chunk) => this.#oneOf(chunk, pointer, inner)),
    };
  }

  #prefixItems(output: Json, items: readonly ListedSchema[], pointer: string, context: Context): void {
    if (items.length > MAX_PREFIX_ITEMS)
      this.#omit(output, pointer, `it has more than ${MAX_PREFIX_ITEMS} items`);
    else if (items.length <= MAX_LISTED) output.prefixItems = this.#buildSchemas(items, context);
    else {
      const anything = items.map(() => true);
      let place = 0;
      const parts = chunksOf(items).map((chunk) => {
        const before = anything.slice(0, place);
        place += chunk.length;
        return this.#separateRoot(pointer, context, () => ({
          prefixItems: [...before, ...this.#buildSchemas(chunk, context)],
        }));
      });
      output.prefixItems = anything;
      addToAllOf(output, ...parts);
    }
  }

  #addMap(
    output: Json,
    keyword: string,
    entries: readonly NamedSchema[],
    pointer: string,
    context: Context,
  ): void {
    const isPattern = keyword === 'patternProperties';
    const known = isPattern
      ? entries.filter((one) => this.#isPattern(output, one.name, one.pointer))
      : entries;
    if (known.length <= MAX_LISTED) {
      output[keyword] = Object.fromEntries(
        known.map((one) => [one.name, this.#buildSchema(one.node, one.pointer, context)]),
      );
      return;
    }
    const inner = APPLICATORS[keyword]?.about === 'inner' ? context : { ...context, isNested: false };
    const parts = chunksOf(known).map((chunk) =>
      this.#separateRoot(pointer, context, () => {
        const part: Json = {};
        this.#addMap(part, keyword, chunk, pointer, inner);
        return part;
      }),
    );
    addToAllOf(output, ...parts);
    // `additionalProperties` depends on these names.
    if (keyword === 'properties')
      output.properties = Object.fromEntries(known.map(({ name }) => [name, true]));
    if (isPattern) this.#longPatterns.set(output, { parts, isWhole: known.length === entries.length });
  }

  /** Whether relaxing an alternative removes required members that distinguish it from the others. */
  #isRelaxed(node: unknown, pointer: string, context: Context): boolean {
    if (context.keepsRequired) return false;
    const { all, required } = this.#members.of(node, pointer, context.resource);
    return [...required].some((name) => all.has(name) || context.optional.has(name));
  }

  #addReferences(output: Json, node: Json, pointer: string, context: Context): void {
    const { references } = this.#options;
    for (const keyword of ['$ref', '$dynamicRef']) {
      const reference = node[keyword];
      if (reference === undefined) continue;
      const at = `${pointer}/${keyword}`;
      if (typeof reference !== 'string') {
        this.#omit(output, at, 'expected a reference');
        continue;
      }
      const target = references.resolve(reference, context.resource);
      if (!target || !isSchema(target.node)) {
        this.#omit(output, keyword === '$ref' ? pointer : at, MISSING_TARGET);
        continue;
      }
      const chosen = keyword === '$ref' ? target : this.#dynamicTarget(reference, target, context);
      // Both references of a schema apply.
      if (output.$ref === undefined) this.#addReferenceTo(output, chosen, at, context);
      else {
        const second: Json = {};
        this.#addReferenceTo(second, chosen, at, context);
        addToAllOf(output, second);
      }
    }
  }

  /** The target in the outermost resource that has the dynamic anchor (Core §8.2.3.2). */
  #dynamicTarget(reference: string, target: SchemaLocation, { scope }: Context): SchemaLocation {
    const { references } = this.#options;
    if (!references.isDynamic(reference, target)) return target;
    for (const resource of scope) {
      const found = references.dynamicAnchor(reference, resource);
      if (found) return found;
    }
    return target;
  }

  #addReferenceTo(output: Json, first: SchemaLocation, pointer: string, context: Context): void {
    const target = this.#skipAliases(first);
    const entered = this.#enterResource(
      isObject(target.node) ? target.node : {},
      target.pointer,
      this.#enterTarget(target.resource, context),
    );
    const own = this.#members.of(target.node, target.pointer, target.resource).all;
    const optional = context.keepsRequired ? NO_NAMES : context.optional.difference(own);
    const key = JSON.stringify([
      target.pointer,
      entered.scope.map((one) => one.pointer),
      [...optional].toSorted(),
      context.keepsRequired,
    ]);
    const root = this.#root(key, target.pointer, () =>
      this.#buildSchema(target.node, target.pointer, {
        ...entered,
        resource: target.resource,
        optional,
        isNested: false,
      }),
    );
    this.#addReference(output, pointer, root, context.isNested);
  }

  /** Skips schemas that only refer to the next one, because compiling them adds nothing. */
  #skipAliases(first: SchemaLocation): SchemaLocation {
    const passed = new Set<unknown>();
    let site = first;
    for (let { node } = site; isReferenceOnly(node); { node } = site) {
      passed.add(node);
      const next = this.#options.references.resolve(node.$ref, site.resource);
      // A circle or a broken reference is reported at its own location. A resource boundary affects dynamic
      // references.
      if (next === undefined || passed.has(next.node)) return first;
      if (next.resource.pointer !== site.resource.pointer) return site;
      site = next;
    }
    return site;
  }

  #enterTarget(resource: SchemaResource, context: Context): Context {
    const { references } = this.#options;
    const isKnown =
      resource.pointer === context.resource.pointer ||
      context.scope.some((one) => one.pointer === resource.pointer);
    if (isKnown || !references.hasDynamicAnchors(resource)) return { ...context, resource };
    return { ...context, resource, scope: [...context.scope, resource] };
  }

  #invalidSchema(pointer: string, reason: string): Json {
    const output: Json = {};
    this.#omit(output, pointer, reason);
    return output;
  }

  #omit(output: Json, pointer: string, reason: string, root = this.#current): void {
    this.#incomplete.add(output);
    if (root) this.#incompleteRoots.add(root);
    this.#options.onFault({ pointer, reason: `is not checked: ${reason}` });
  }

  /** Cuts references by which a schema would apply to the same value without end. */
  *#cutCircles(fresh: readonly MutableRoot[]): Incremental<void> {
    const open = new Set<MutableRoot>();
    for (const start of fresh) {
      yield;
      if (this.#acyclic.has(start)) continue;
      const path = [{ root: start, next: 0 }];
      open.add(start);
      for (let at = path.at(-1); at; at = path.at(-1)) {
        const holder = at.root.uses[at.next++];
        if (holder === undefined) {
          this.#acyclic.add(at.root);
          open.delete(at.root);
          path.pop();
          const before = path.at(-1)?.root;
          if (before) before.chainLength = Math.max(before.chainLength, at.root.chainLength + 1);
        } else if (!holder.isSameValue) continue;
        else if (open.has(holder.target) || path.length + holder.target.chainLength >= MAX_CHAIN) {
          delete holder.schema.$ref;
          const reason = open.has(holder.target)
            ? 'it refers to itself'
            : 'its chain of references is too long';
          this.#omit(holder.schema, holder.pointer, reason, at.root);
        } else if (this.#acyclic.has(holder.target)) {
          at.root.chainLength = Math.max(at.root.chainLength, holder.target.chainLength + 1);
        } else {
          open.add(holder.target);
          path.push({ root: holder.target, next: 0 });
        }
      }
    }
  }

  /** Relaxes the schemas around a part that was left out, so that they reject only what is certainly invalid. */
  *#relaxIncomplete(fresh: readonly MutableRoot[]): Incremental<void> {
    if (this.#incompleteRoots.size === 0) return;
    const users = new Map<SchemaRoot, MutableRoot[]>();
    for (const root of fresh) {
      for (const ref of root.refs) {
        const known = users.get(ref);
        if (known) known.push(root);
        else users.set(ref, [root]);
      }
      yield;
    }
    // The set grows during the iteration.
    for (const root of this.#incompleteRoots)
      for (const user of users.get(root) ?? []) this.#incompleteRoots.add(user);
    for (const root of fresh) {
      if (this.#incompleteRoots.has(root)) this.#relaxSchema(root.schema);
      yield;
    }
  }

  /** @returns whether parts of the schema were left out */
  #relaxSchema(output: AjvSchema): boolean {
    if (!isObject(output)) return false;
    const target = typeof output.$ref === 'string' ? this.#byId.get(output.$ref) : undefined;
    let isIncomplete =
      this.#incomplete.has(output) || (target !== undefined && this.#incompleteRoots.has(target));
    for (const [keyword, { shape }] of Object.entries(APPLICATORS)) {
      const value = output[keyword];
      if (value === undefined) continue;
      const parts = (shape === 'one' ? [value] : Object.values(value as object)) as AjvSchema[];
      const known = parts.filter((part) => !this.#relaxSchema(part));
      if (known.length === parts.length) continue;
      isIncomplete = true;
      relaxKeyword(output, keyword, parts, known);
    }
    return isIncomplete;
  }
}

function relaxKeyword(
  output: Json,
  keyword: string,
  parts: readonly AjvSchema[],
  known: readonly AjvSchema[],
): void {
  if (keyword === 'not') delete output.not;
  else if (keyword === 'contains') delete output.maxContains;
  else if (keyword === 'oneOf') {
    // The value matches one of the known alternatives, or none of them.
    if (known.length === 0) delete output.oneOf;
    else output.oneOf = [...known, { not: { anyOf: known } }];
    addToAllOf(output, { anyOf: parts });
  } else if (keyword === 'if') {
    addToAllOf(output, { anyOf: [output.then ?? true, output.else ?? true] });
    for (const branch of ['if', 'then', 'else']) delete output[branch];
  }
}

/**
 * Sorts properties with `const` or `enum` first. They distinguish alternatives, so they are checked before other
 * members.
 */
const byConstant = ([, one]: [string, unknown], [, other]: [string, unknown]): number =>
  Number(hasConstant(other)) - Number(hasConstant(one));

const hasConstant = (schema: unknown): boolean =>
  isObject(schema) && (schema.const !== undefined || schema.enum !== undefined);

/** Splits a long list into a few chunks, which may be long themselves. */
function chunksOf<T>(list: readonly T[]): T[][] {
  const size = Math.max(MAX_LISTED, Math.ceil(list.length / MAX_LISTED));
  const chunks: T[][] = [];
  for (let at = 0; at < list.length; at += size) chunks.push(list.slice(at, at + size));
  return chunks;
}

/** The approximate amount of code that ajv generates: nested schemas, names and values. */
function codeSizeOf(node: Json): number {
  let parts = 0;
  for (const [keyword, value] of Object.entries(node)) {
    if (typeof value !== 'object' || value === null) continue;
    if (Object.hasOwn(ASSERTIONS, keyword)) parts += Math.min(countOf(value) / NAMES_PER_SCHEMA, MAX_LISTED);
    else if (Object.hasOwn(APPLICATORS, keyword))
      parts += APPLICATORS[keyword]?.shape === 'one' ? 1 : Math.min(countOf(value), MAX_LISTED);
  }
  return Math.floor(parts);
}

/** Adds schemas that must match too. */
function addToAllOf(output: Json, ...parts: readonly AjvSchema[]): void {
  output.allOf = [...((output.allOf as AjvSchema[] | undefined) ?? []), ...parts];
}

const except = (names: readonly string[], optional: ReadonlySet<string>): string[] =>
  optional.size === 0 ? [...names] : names.filter((name) => !optional.has(name));

const sizeOf = (schema: Json, keyword: string): number => {
  const value = schema[keyword];
  return value === undefined ? 0 : isObject(value) || Array.isArray(value) ? 1 + countOf(value) : 1;
};
