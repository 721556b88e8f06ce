/**
 * What may only be read (`readOnly`) need not be in a request, and what may only be written (`writeOnly`) not in a
 * response, though it be required (OpenAPI 3.0.4 §4.7.24.1). A client that sends back what it got may have it there.
 */
import type { Ajv2020 } from 'ajv/dist/2020.js';
import { isObject, type Json } from '../../../openapi/load/grammar.ts';
import { walkComposition } from '../../../openapi/schema-composition.ts';
import { APPLICATORS } from './keywords.ts';
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

/**
 * Folds the schemas of a document from below, each once for all that refer to it: walking the composition of each by
 * itself (`openapi/schema-composition.ts`) would take time that grows with the square of a long row of them.
 */
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
    const members = { always, all: others.size === 0 ? always : always.union(others), required };
    this.#known.set(schema, members);
    return members;
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
    if (!isObject(properties)) return [];
    return Object.entries(properties)
      .filter(([, member]) => this.#isOneWay(member, resource))
      .map(([name]) => name);
  }

  /** In itself, or in whatever holds together with it. */
  #isOneWay(member: unknown, from: Resource): boolean {
    const parts = walkComposition([{ node: member, resource: from }], ({ allOf, $ref }, { resource }) => {
      const target = typeof $ref === 'string' ? this.#references.resolve($ref, resource) : undefined;
      const together = listOf(allOf).map((node) => ({ node, resource }));
      return target === undefined ? together : [...together, target];
    });
    return parts.some(({ node }) => isObject(node) && node[this.#way] === true);
  }
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
