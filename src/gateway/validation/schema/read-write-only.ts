/**
 * `readOnly` members are optional in requests and `writeOnly` members in responses, even if they are required
 * (OpenAPI 3.0.4 §4.7.24.1). A client that sends back a response may include `readOnly` members.
 */
import type { Ajv2020 } from 'ajv/dist/2020.js';
import type { Json } from '../../../openapi/load/grammar.ts';
import { isObject } from '../../../openapi/load/grammar.ts';
import { walkComposition } from '../../../openapi/schema-composition.ts';
import { APPLICATORS, countOf, MAX_SUBSCHEMAS } from './keywords.ts';
import type { SchemaLocation, SchemaReferences, SchemaResource } from './schema-references.ts';

const WRITE_ONLY = 'writeOnly';

export type AccessKeyword = 'readOnly' | typeof WRITE_ONLY;

/** Rejects `writeOnly` members. */
export function addWriteOnly(ajv: Ajv2020): void {
  ajv.removeKeyword(WRITE_ONLY);
  ajv.addKeyword({
    keyword: WRITE_ONLY,
    validate: (isOn: unknown) => isOn !== true,
    error: { message: 'is write-only and must not be in a response' },
  });
}

/** The `readOnly` or `writeOnly` members of a schema. */
export interface RestrictedMembers {
  /** Restricted members of the schema and of all schemas that apply together with it. */
  readonly always: ReadonlySet<string>;
  /** Those, and the restricted members of its alternatives. */
  readonly all: ReadonlySet<string>;
  /** The members that the schema or any of its parts requires. */
  readonly required: ReadonlySet<string>;
}

interface MemberPart extends SchemaLocation {
  readonly isConjunctive: boolean;
}

/** A schema whose parts are being visited. */
interface OpenSchema {
  readonly schema: Json;
  readonly resource: SchemaResource;
  readonly parts: readonly MemberPart[];
  readonly pending: Iterator<MemberPart>;
}

const NONE: RestrictedMembers = { always: new Set(), all: new Set(), required: new Set() };

/** Keywords whose subschemas always apply together with the schema. */
const CONJUNCTIVE: ReadonlySet<string> = new Set(['allOf']);
/** Conditions do not require members. */
const CONDITIONS: ReadonlySet<string> = new Set(['not', 'if']);

/**
 * Visits the schemas of a document bottom-up, once for all references. A separate walk over each composition
 * (`openapi/schema-composition.ts`) would take time that grows with the square of a long chain.
 */
export class RestrictedMembersIndex {
  readonly #references: SchemaReferences;
  readonly #keyword: AccessKeyword;
  readonly #known = new WeakMap<object, RestrictedMembers>();

  constructor(references: SchemaReferences, way: AccessKeyword) {
    this.#references = references;
    this.#keyword = way;
  }

  /** Uses an explicit stack, because a chain of references may exceed the call stack. */
  of(schema: unknown, pointer: string, outer: SchemaResource): RestrictedMembers {
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
      // Unfinished schemas start again.
      for (const one of stack) this.#known.delete(one.schema);
      throw error;
    }
    return this.#knownOf(schema);
  }

  #knownOf = (schema: unknown): RestrictedMembers => (isObject(schema) && this.#known.get(schema)) || NONE;

  /** Empty for a schema that is already known, and for other values. */
  #open({ node, pointer, resource: outer }: SchemaLocation): OpenSchema[] {
    if (!isObject(node) || this.#known.has(node)) return [];
    // Schemas may refer to each other in circles. A schema that is being visited adds nothing to itself.
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

  #parts(schema: Json, pointer: string, resource: SchemaResource): MemberPart[] {
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

  #ownMembers({ properties }: Json, resource: SchemaResource): string[] {
    if (!isObject(properties) || countOf(properties) > MAX_SUBSCHEMAS) return [];
    return Object.entries(properties)
      .filter(([, member]) => this.#isRestricted(member, resource))
      .map(([name]) => name);
  }

  /** Whether the member's schema, or one that applies together with it, has the keyword. */
  #isRestricted(member: unknown, from: SchemaResource): boolean {
    const parts = walkComposition([{ node: member, resource: from }], ({ allOf, $ref }, { resource }) => {
      const target = typeof $ref === 'string' ? this.#references.resolve($ref, resource) : undefined;
      const together = listOf(allOf).map((node) => ({ node, resource }));
      return target === undefined ? together : [...together, target];
    });
    return parts.some(({ node }) => isObject(node) && node[this.#keyword] === true);
  }
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
