/**
 * The schemas of a document as ajv takes them: each that is referred to is one of its own, made when something refers
 * to it, so that of a large document only what is used costs anything.
 *
 * What is no schema, and what refers to nothing, is left out and told; everything around it holds. A `not` around it, or a
 * choice with it, holds as far as the rest can tell.
 */

import { fragmentToken } from '../../../contract/json-pointer.ts';
import type { DocumentFault } from '../../../openapi/load/document-fault.ts';
import { isObject, type Json } from '../../../openapi/load/grammar.ts';
import { APPLICATORS, ASSERTIONS, isSchema } from './keywords.ts';
import { type Members, type OneWay, OneWayMembers } from './read-write-only.ts';
import type { Resource, SchemaReferences, Site } from './schema-references.ts';
import { STEP } from './validation-budget.ts';

/** A schema as ajv takes it; every `$ref` in it is the id of another. */
export type Made = Json | boolean;

/** One that can be referred to. */
export interface Root {
  readonly id: string;
  schema: Made;
  /** What it refers to. */
  readonly refs: Set<Root>;
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

interface Growing extends Root {
  readonly holders: Holder[];
  readonly make: () => Made;
}

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
}

export class SchemaGraph {
  readonly #options: SchemaGraphOptions;
  readonly #members: OneWayMembers;
  readonly #roots = new Map<string, Growing>();
  readonly #byId = new Map<string, Growing>();
  readonly #pending: Growing[] = [];
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
    const root = this.#root(`made ${this.#byId.size}`, () => this.#schema(schema, pointer, context));
    this.#finish();
    return root;
  }

  /** Tells of a schema that refers to nothing before it is made. */
  tellDangling(pointer: string): void {
    const { references, onFault } = this.#options;
    const { node, resource } = references.at(pointer);
    if (!isObject(node) || typeof node.$ref !== 'string' || references.resolve(node.$ref, resource)) return;
    onFault({ pointer, reason: `goes unchecked: ${NOWHERE}` });
  }

  root(id: string): Root | undefined {
    return this.#byId.get(id);
  }

  /** Whether what holds of a value is not all known. */
  isLacking(schema: object): boolean {
    return this.#lacking.has(schema);
  }

  #root(key: string, make: () => Made): Growing {
    const known = this.#roots.get(key);
    if (known) return known;
    const root: Growing = {
      id: `schema:${this.#byId.size}`,
      schema: true,
      refs: new Set(),
      holders: [],
      make,
    };
    this.#roots.set(key, root);
    this.#byId.set(root.id, root);
    this.#pending.push(root);
    return root;
  }

  #finish(): void {
    const fresh: Growing[] = [];
    for (let next = this.#pending.pop(); next; next = this.#pending.pop()) {
      this.#made = next;
      next.schema = next.make();
      if (isObject(next.schema)) next.schema[STEP] = true;
      fresh.push(next);
    }
    this.#cutCircles(fresh);
    this.#loosen(fresh);
  }

  #schema(node: unknown, pointer: string, around: Context): Made {
    if (typeof node === 'boolean') return node;
    if (!isObject(node)) return this.#nothing(pointer, 'expected a schema');
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
    for (const [keyword, rest] of Object.entries(REST))
      if (sizeOf(made, keyword) < sizeOf(node, keyword)) delete made[rest];
    this.#refer(made, node, pointer, { ...context, optional });
    return Array.isArray(made.enum) && made.enum.length === 0 ? false : made;
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

  #assert(made: Json, keyword: string, value: unknown, pointer: string, optional: ReadonlySet<string>): void {
    const { expected, is } = ASSERTIONS[keyword] ?? { expected: '', is: () => false };
    if (!is(value)) this.#lack(made, pointer, `expected ${expected}`);
    else if (keyword === 'required') made[keyword] = without(value as string[], optional);
    else if (keyword === 'dependentRequired')
      made[keyword] = Object.fromEntries(
        Object.entries(value as object).map(([name, names]) => [name, without(names, optional)]),
      );
    else if (keyword === 'format') {
      if (this.#options.knowsFormat(String(value))) made[keyword] = value;
    } else if (keyword !== 'pattern' || this.#isPattern(made, String(value), pointer)) made[keyword] = value;
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
    else if (shape === 'list') {
      if (!Array.isArray(value) || value.length === 0) {
        // An empty list is not allowed, and says nothing.
        if (!Array.isArray(value)) this.#lack(made, pointer, 'expected a list of schemas');
        return;
      }
      const list = value.map((one, index) => this.#schema(one, `${pointer}/${index}`, context));
      if (keyword === 'oneOf' && value.some((one) => this.#isLess(one, pointer, context)))
        also(made, {
          anyOf: [
            { oneOf: list },
            {
              oneOf: value.map((one, index) =>
                this.#schema(one, `${pointer}/${index}`, {
                  ...context,
                  optional: NO_NAMES,
                  isAsWritten: true,
                }),
              ),
            },
          ],
        });
      else if (keyword === 'allOf') also(made, ...list);
      else made[keyword] = list;
    } else if (!isObject(value)) {
      this.#lack(made, pointer, 'expected an object of schemas');
    } else
      made[keyword] = Object.fromEntries(
        Object.entries(value)
          .toSorted(byValue)
          .flatMap(([name, one]) => {
            const at = `${pointer}/${fragmentToken(name)}`;
            if (keyword === 'patternProperties' && !this.#isPattern(made, name, at)) return [];
            return [[name, this.#schema(one, at, context)]];
          }),
      );
    if (keyword === 'properties' && isObject(value) && Object.hasOwn(value, PROTO))
      also(made, { patternProperties: { [`^${PROTO}$`]: this.#schema(value[PROTO], pointer, context) } });
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

  #referTo(made: Json, target: Site, pointer: string, context: Context): void {
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
    const root = this.#root(key, () =>
      this.#schema(target.node, target.pointer, {
        ...{ ...entered, resource: target.resource },
        ...{ optional, isInner: false },
      }),
    );
    made.$ref = root.id;
    this.#made?.refs.add(root);
    this.#made?.holders.push({ schema: made, pointer, target: root, isSame: !context.isInner });
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
  #cutCircles(fresh: readonly Growing[]): void {
    const open = new Set<Growing>();
    for (const start of fresh) {
      if (this.#isDone.has(start)) continue;
      const path = [{ root: start, next: 0 }];
      open.add(start);
      for (let at = path.at(-1); at; at = path.at(-1)) {
        const holder = at.root.holders[at.next++];
        if (holder === undefined) {
          this.#isDone.add(at.root);
          open.delete(at.root);
          path.pop();
        } else if (holder.isSame && open.has(holder.target)) {
          delete holder.schema.$ref;
          this.#lack(holder.schema, holder.pointer, 'it refers to itself', at.root);
        } else if (holder.isSame && !this.#isDone.has(holder.target)) {
          open.add(holder.target);
          path.push({ root: holder.target, next: 0 });
        }
      }
    }
  }

  /** Where something is left out, what is around it may say no only for what is known. */
  #loosen(fresh: readonly Growing[]): void {
    if (this.#lackingRoots.size === 0) return;
    const users = new Map<Root, Growing[]>();
    for (const root of fresh) for (const ref of root.refs) users.set(ref, [...(users.get(ref) ?? []), root]);
    // A set grows while it is iterated.
    for (const root of this.#lackingRoots)
      for (const user of users.get(root) ?? []) this.#lackingRoots.add(user);
    for (const root of fresh) if (this.#lackingRoots.has(root)) this.#loosenSchema(root.schema);
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

/** Adds schemas that have to hold as well. */
function also(made: Json, ...parts: readonly Made[]): void {
  made.allOf = [...((made.allOf as Made[] | undefined) ?? []), ...parts];
}

const without = (names: readonly string[], optional: ReadonlySet<string>): string[] =>
  optional.size === 0 ? [...names] : names.filter((name) => !optional.has(name));

const sizeOf = (schema: Json, keyword: string): number => {
  const value = schema[keyword];
  return value === undefined
    ? 0
    : isObject(value) || Array.isArray(value)
      ? 1 + Object.keys(value).length
      : 1;
};
