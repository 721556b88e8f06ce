/**
 * `unevaluatedProperties` and `unevaluatedItems` (JSON Schema 2020-12, Core §11): members that no other keyword has
 * evaluated, in the schema and in all parts of it that match the value. ajv determines them at compilation, which
 * is impossible for `contains`, for `if` without `then`, and for alternatives about items.
 */
import type { Ajv2020, ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import type { DataValidateFunction } from 'ajv/dist/types/index.js';
import { plainPointer } from '../../../contract/json-pointer.ts';
import { isObject, type Json } from '../../../openapi/load/grammar.ts';
import type { AjvSchema, SchemaGraph } from './schema-graph.ts';

const PROPERTIES = 'unevaluatedProperties';
const ITEMS = 'unevaluatedItems';

type Graph = Pick<SchemaGraph, 'root' | 'isIncomplete'>;
type CreateMatcher = (text: string) => { test(text: string): boolean };

/**
 * @param matches creates the matcher of a pattern
 * @param onWork called after each compilation
 */
export function addUnevaluated(ajv: Ajv2020, graph: Graph, matches: CreateMatcher, onWork: () => void): void {
  const validators = new Map<AjvSchema, ValidateFunction>();
  const validatorOf = (schema: AjvSchema): ValidateFunction => {
    // Compiled on demand, because a schema may contain itself.
    const known = validators.get(schema);
    if (known) return known;
    const compiled = ajv.compile(schema);
    validators.set(schema, compiled);
    onWork();
    return compiled;
  };
  const evaluation = new Evaluation(graph, matches, (schema, value) => validatorOf(schema)(value) === true);

  const check =
    (keyword: string, unevaluatedOf: (parent: AjvSchema, value: object) => readonly string[]) =>
    (schema: AjvSchema, parent: Json) => {
      const validate: DataValidateFunction = (value, context) => {
        const errors: Partial<ErrorObject>[] = [];
        for (const name of unevaluatedOf(parent, value)) {
          if (schema === true) break;
          if (schema === false) errors.push(unevaluatedError(keyword, name, context?.instancePath ?? ''));
          else errors.push(...errorsOfMember(validatorOf(schema), value, name, context?.instancePath ?? ''));
        }
        validate.errors = errors;
        return errors.length === 0;
      };
      return validate;
    };

  for (const keyword of [PROPERTIES, ITEMS]) ajv.removeKeyword(keyword);
  ajv.addKeyword({
    keyword: PROPERTIES,
    type: 'object',
    schemaType: ['boolean', 'object'],
    errors: 'full',
    compile: check(PROPERTIES, (parent, value) => evaluation.unevaluatedProperties(parent, value as Json)),
  });
  ajv.addKeyword({
    keyword: ITEMS,
    type: 'array',
    schemaType: ['boolean', 'object'],
    errors: 'full',
    compile: check(ITEMS, (parent, value) => evaluation.unevaluatedItems(parent, value as unknown[])),
  });
}

const unevaluatedError = (keyword: string, name: string, instancePath: string): Partial<ErrorObject> =>
  keyword === PROPERTIES
    ? { keyword, instancePath, params: { unevaluatedProperty: name }, message: 'is not a known property' }
    : {
        keyword,
        instancePath: `${instancePath}/${name}`,
        params: {},
        message: 'exceeds the allowed number of items',
      };

function errorsOfMember(
  validate: ValidateFunction,
  parent: Json | unknown[],
  name: string,
  instancePath: string,
): readonly ErrorObject[] {
  const path = instancePath + plainPointer([name]);
  const parentData = parent as Json;
  const isValid = validate(parentData[name], {
    instancePath: path,
    parentData,
    parentDataProperty: name,
    rootData: parentData,
    dynamicAnchors: {},
  });
  return isValid ? [] : (validate.errors ?? []);
}

/** The members that have been evaluated. */
interface Evaluated {
  hasAll: boolean;
  readonly names: Set<string>;
}

class Evaluation {
  readonly #graph: Graph;
  readonly #createMatcher: CreateMatcher;
  readonly #isValid: (schema: AjvSchema, value: unknown) => boolean;

  constructor(graph: Graph, matches: CreateMatcher, holds: (schema: AjvSchema, value: unknown) => boolean) {
    this.#graph = graph;
    this.#createMatcher = matches;
    this.#isValid = holds;
  }

  unevaluatedProperties(schema: AjvSchema, value: Json): readonly string[] {
    const found: Evaluated = { hasAll: false, names: new Set() };
    this.#collect(schema, value, found, PROPERTIES, (part) => this.#collectProperties(part, value, found));
    return found.hasAll ? [] : Object.keys(value).filter((name) => !found.names.has(name));
  }

  /** The indexes of unevaluated items. */
  unevaluatedItems(schema: AjvSchema, value: readonly unknown[]): readonly string[] {
    const found: Evaluated = { hasAll: false, names: new Set() };
    this.#collect(schema, value, found, ITEMS, (part) => this.#collectItems(part, value, found));
    return found.hasAll ? [] : Object.keys(value).filter((index) => !found.names.has(index));
  }

  #collectProperties(part: Json, value: Json, found: Evaluated): void {
    if (part.additionalProperties !== undefined) found.hasAll = true;
    for (const name of Object.keys((part.properties as Json | undefined) ?? {})) found.names.add(name);
    for (const pattern of Object.keys((part.patternProperties as Json | undefined) ?? {})) {
      const matcher = this.#createMatcher(pattern);
      for (const name of Object.keys(value)) if (matcher.test(name)) found.names.add(name);
    }
  }

  #collectItems(part: Json, value: readonly unknown[], found: Evaluated): void {
    if (part.items !== undefined) found.hasAll = true;
    for (const index of Object.keys((part.prefixItems as AjvSchema[] | undefined) ?? []))
      found.names.add(index);
    const { contains } = part;
    if (contains === undefined) return;
    for (const [index, item] of value.entries())
      if (this.#isValid(contains as AjvSchema, item)) found.names.add(String(index));
  }

  /** Visits all parts of a schema that match the value. */
  #collect(
    schema: AjvSchema,
    value: unknown,
    found: Evaluated,
    keyword: string,
    collectOwn: (part: Json) => void,
  ): void {
    if (!isObject(schema) || found.hasAll) return;
    if (this.#graph.isIncomplete(schema)) found.hasAll = true;
    collectOwn(schema);
    for (const part of this.#applicableParts(schema, value)) {
      if (isObject(part) && part[keyword] !== undefined) found.hasAll = true;
      this.#collect(part, value, found, keyword, collectOwn);
    }
  }

  *#applicableParts(schema: Json, value: unknown): Generator<AjvSchema> {
    if (typeof schema.$ref === 'string') yield this.#graph.root(schema.$ref)?.schema ?? true;
    for (const part of (schema.allOf as AjvSchema[] | undefined) ?? []) yield part;
    for (const keyword of ['anyOf', 'oneOf'])
      for (const part of (schema[keyword] as AjvSchema[] | undefined) ?? [])
        if (this.#isValid(part, value)) yield part;
    if (schema.if !== undefined) {
      const matchesIf = this.#isValid(schema.if as AjvSchema, value);
      if (matchesIf) yield schema.if as AjvSchema;
      const branch = matchesIf ? schema.then : schema.else;
      if (branch !== undefined) yield branch as AjvSchema;
    }
    if (!isObject(value)) return;
    for (const [name, part] of Object.entries((schema.dependentSchemas as Json | undefined) ?? {}))
      if (Object.hasOwn(value, name)) yield part as AjvSchema;
  }
}
