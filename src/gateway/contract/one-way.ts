/**
 * What may only be read (`readOnly`) need not be in a request, and what may only be written (`writeOnly`) not in a
 * response, though it be required (OpenAPI 3.0.4 §4.7.24.1). A client that sends back what it got may have it there.
 */
import type { Ajv2020 } from 'ajv/dist/2020.js';
import { isObject, type Json } from '../document/grammar.ts';
import { APPLICATORS, countOf, MOST_OF_KEYWORD } from './keywords.ts';
import type { Resource, SchemaReferences } from './schema-references.ts';

const WRITE_ONLY = 'writeOnly';

export type OneWay = 'readOnly' | typeof WRITE_ONLY;

/** Makes it a fault that such a member is there. */
export function refuseWriteOnly(ajv: Ajv2020): void {
  ajv.removeKeyword(WRITE_ONLY);
  ajv.addKeyword({
    keyword: WRITE_ONLY,
    validate: (isOn: unknown) => isOn !== true,
    error: { message: 'is write-only, so that no response may have it' },
  });
}

/** Names of members that a schema speaks of. */
export interface Members {
  /** Those that go the other way only, in the schema and in whatever holds together with it. */
  readonly always: ReadonlySet<string>;
  /** Those, and the ones of its alternatives. */
  readonly all: ReadonlySet<string>;
  /** Those that it requires, itself or in any part. */
  readonly required: ReadonlySet<string>;
}

const NONE: Members = { always: new Set(), all: new Set(), required: new Set() };

/** Keywords whose schemas hold together with the one that has them. */
const TOGETHER: ReadonlySet<string> = new Set(['allOf']);
/** Conditions, which say nothing of what has to be there. */
const CONDITIONS: ReadonlySet<string> = new Set(['not', 'if']);

export class OneWayMembers {
  readonly #references: SchemaReferences;
  readonly #way: OneWay;
  readonly #known = new WeakMap<object, Members>();

  constructor(references: SchemaReferences, way: OneWay) {
    this.#references = references;
    this.#way = way;
  }

  of(schema: unknown, pointer: string, around: Resource): Members {
    if (!isObject(schema)) return NONE;
    const known = this.#known.get(schema);
    if (known) return known;
    // Schemas may be made of each other in circles: what is being looked at adds nothing to itself.
    this.#known.set(schema, NONE);
    try {
      const members = this.#look(schema, pointer, around);
      this.#known.set(schema, members);
      return members;
    } catch (error) {
      // Looked at again, from its beginning.
      this.#known.delete(schema);
      throw error;
    }
  }

  #look(schema: Json, pointer: string, around: Resource): Members {
    const resource = this.#references.resourceOf(schema, pointer, around);
    const always = new Set(this.#own(schema, resource));
    const others = new Set<string>();
    const required = new Set(listOf(schema.required).map(String));
    if (isObject(schema.dependentRequired))
      for (const names of Object.values(schema.dependentRequired))
        for (const name of listOf(names)) required.add(String(name));
    for (const { part, isTogether } of this.#parts(schema, pointer, resource)) {
      for (const name of part.always) (isTogether ? always : others).add(name);
      for (const name of part.all) others.add(name);
      for (const name of part.required) required.add(name);
    }
    return { always, all: others.size === 0 ? always : always.union(others), required };
  }

  #parts(schema: Json, pointer: string, resource: Resource) {
    const parts: { readonly part: Members; readonly isTogether: boolean }[] = [];
    const target =
      typeof schema.$ref === 'string' ? this.#references.resolve(schema.$ref, resource) : undefined;
    if (target) parts.push({ part: this.of(target.node, target.pointer, target.resource), isTogether: true });
    for (const [keyword, { about, shape }] of Object.entries(APPLICATORS)) {
      const value = schema[keyword];
      if (about !== 'same' || CONDITIONS.has(keyword) || typeof value !== 'object' || value === null)
        continue;
      const found = shape === 'one' ? [value] : Object.values(value);
      for (const one of found)
        parts.push({
          part: this.of(one, `${pointer}/${keyword}`, resource),
          isTogether: TOGETHER.has(keyword),
        });
    }
    return parts;
  }

  #own({ properties }: Json, resource: Resource): string[] {
    if (!isObject(properties) || countOf(properties) > MOST_OF_KEYWORD) return [];
    return Object.entries(properties)
      .filter(([, member]) => this.#isOneWay(member, resource, new Set()))
      .map(([name]) => name);
  }

  /** In itself, or in whatever holds together with it. */
  #isOneWay(member: unknown, resource: Resource, passed: Set<unknown>): boolean {
    if (!isObject(member) || passed.has(member)) return false;
    passed.add(member);
    if (member[this.#way] === true) return true;
    if (listOf(member.allOf).some((part) => this.#isOneWay(part, resource, passed))) return true;
    if (typeof member.$ref !== 'string') return false;
    const target = this.#references.resolve(member.$ref, resource);
    return target !== undefined && this.#isOneWay(target.node, target.resource, passed);
  }
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
