/**
 * What may only be read (`readOnly`) need not be in a request, and what may only be written (`writeOnly`) not in a
 * response, though it be required (OpenAPI 3.0.4 §4.7.24.1). A client that sends back what it got may have it there.
 */
import type { Ajv2020 } from 'ajv/dist/2020.js';
import type { Json } from '../../../openapi/load/grammar.ts';
import { isObject } from '../../../openapi/load/grammar.ts';
import { walkComposition } from '../../../openapi/schema-composition.ts';
import { APPLICATORS, countOf, MAX_SUBSCHEMAS } from './keywords.ts';
import type { Resource, SchemaLocation, SchemaReferences } from './schema-references.ts';

const WRITE_ONLY = 'writeOnly';

export type AccessKeyword = 'readOnly' | typeof WRITE_ONLY;

/** Makes it a fault that such a member is there. */
export function addWriteOnly(ajv: Ajv2020): void {
  ajv.removeKeyword(WRITE_ONLY);
  ajv.addKeyword({
    keyword: WRITE_ONLY,
    validate: (isOn: unknown) => isOn !== true,
    error: { message: 'is write-only and must not be in a response' },
  });
}

/** Names of members that a schema speaks of. */
export interface RestrictedMembers {
  /** Those that go the other way only, in the schema and in whatever holds together with it. */
  readonly always: ReadonlySet<string>;
  /** Those, and the ones of its alternatives. */
  readonly all: ReadonlySet<string>;
  /** Those that it requires, itself or in any part. */
  readonly required: ReadonlySet<string>;
}

interface MemberPart extends SchemaLocation {
  readonly isConjunctive: boolean;
}

/** A schema whose parts are looked at. */
interface OpenSchema {
  readonly schema: Json;
  readonly resource: Resource;
  readonly parts: readonly MemberPart[];
  readonly pending: Iterator<MemberPart>;
}

const NONE: RestrictedMembers = { always: new Set(), all: new Set(), required: new Set() };

/** Keywords whose schemas hold together with the one that has them. */
const CONJUNCTIVE: ReadonlySet<string> = new Set(['allOf']);
/** Conditions, which say nothing of what has to be there. */
const CONDITIONS: ReadonlySet<string> = new Set(['not', 'if']);

/**
 * Folds the schemas of a document from below, each once for all that refer to it: walking the composition of each by
 * itself (`openapi/schema-composition.ts`) would take time that grows with the square of a long row of them.
 */
export class RestrictedMembersIndex {
  readonly #references: SchemaReferences;
  readonly #keyword: AccessKeyword;
  readonly #known = new WeakMap<object, RestrictedMembers>();

  constructor(references: SchemaReferences, way: AccessKeyword) {
    this.#references = references;
    this.#keyword = way;
  }

  /** Not by recursion: a chain of references may be longer than the stack is deep. */
  of(schema: unknown, pointer: string, outer: Resource): RestrictedMembers {
    const stack: OpenSchema[] = [];
    try {
      stack.push(...this.#open({ node: schema, pointer, resource: outer }));
      for (let last = stack.at(-1); last; last = stack.at(-1)) {
        const { value: part } = last.pending.next();
        if (part !== undefined) {
          stack.push(...this.#open(part));
          continue;
        }
        this.#known.set(last.schema, this.#membersOf(last));
        stack.pop();
      }
    } catch (error) {
      // Looked at again, from their beginning.
      for (const one of stack) this.#known.delete(one.schema);
      throw error;
    }
    return this.#knownOf(schema);
  }

  #knownOf = (schema: unknown): RestrictedMembers => (isObject(schema) && this.#known.get(schema)) || NONE;

  /** Nothing for a schema that is known, or no schema. */
  #open({ node, pointer, resource: outer }: SchemaLocation): OpenSchema[] {
    if (!isObject(node) || this.#known.has(node)) return [];
    // Schemas may be made of each other in circles: what is being looked at adds nothing to itself.
    const resource = this.#references.resourceOf(node, pointer, outer);
    const parts = this.#parts(node, pointer, resource);
    this.#known.set(node, NONE);
    return [{ schema: node, resource, parts, pending: parts.values() }];
  }

  #membersOf({ schema, resource, parts }: OpenSchema): RestrictedMembers {
    const always = new Set(this.#ownMembers(schema, resource));
    const others = new Set<string>();
    const required = new Set(listOf(schema.required).map(String));
    if (isObject(schema.dependentRequired))
      for (const names of Object.values(schema.dependentRequired))
        for (const name of listOf(names)) required.add(String(name));
    for (const { node, isConjunctive } of parts) {
      const part = this.#knownOf(node);
      for (const name of part.always) (isConjunctive ? always : others).add(name);
      for (const name of part.all) others.add(name);
      for (const name of part.required) required.add(name);
    }
    return { always, all: others.size === 0 ? always : always.union(others), required };
  }

  #parts(schema: Json, pointer: string, resource: Resource): MemberPart[] {
    const target =
      typeof schema.$ref === 'string' ? this.#references.resolve(schema.$ref, resource) : undefined;
    const parts: MemberPart[] = target ? [{ ...target, isConjunctive: true }] : [];
    for (const [keyword, { about, shape }] of Object.entries(APPLICATORS)) {
      const value = schema[keyword];
      if (about !== 'same' || CONDITIONS.has(keyword) || typeof value !== 'object' || value === null)
        continue;
      const found = shape === 'one' ? [value] : Object.values(value);
      const isConjunctive = CONJUNCTIVE.has(keyword);
      for (const node of found)
        parts.push({ node, pointer: `${pointer}/${keyword}`, resource, isConjunctive });
    }
    return parts;
  }

  #ownMembers({ properties }: Json, resource: Resource): string[] {
    if (!isObject(properties) || countOf(properties) > MAX_SUBSCHEMAS) return [];
    return Object.entries(properties)
      .filter(([, member]) => this.#isRestricted(member, resource))
      .map(([name]) => name);
  }

  /** In itself, or in whatever holds together with it. */
  #isRestricted(member: unknown, from: Resource): boolean {
    const parts = walkComposition([{ node: member, resource: from }], ({ allOf, $ref }, { resource }) => {
      const target = typeof $ref === 'string' ? this.#references.resolve($ref, resource) : undefined;
      const together = listOf(allOf).map((node) => ({ node, resource }));
      return target === undefined ? together : [...together, target];
    });
    return parts.some(({ node }) => isObject(node) && node[this.#keyword] === true);
  }
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
