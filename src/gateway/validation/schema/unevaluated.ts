/**
 * `unevaluatedProperties` and `unevaluatedItems` (JSON Schema 2020-12, Core §11): what no other keyword has looked at, in
 * the schema and in whatever of it holds for the value. ajv tells that when it compiles, which is not known then for
 * `contains`, for `if` without `then`, and for alternatives about items.
 */
import type { Ajv2020, ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import type { DataValidateFunction } from 'ajv/dist/types/index.js';
import { plainPointer } from '../../../contract/json-pointer.ts';
import { isObject, type Json } from '../../../openapi/load/grammar.ts';
import type { Made, SchemaGraph } from './schema-graph.ts';

const PROPERTIES = 'unevaluatedProperties';
const ITEMS = 'unevaluatedItems';

type Graph = Pick<SchemaGraph, 'root' | 'isLacking'>;
type Matches = (text: string) => { test(text: string): boolean };

/**
 * @param matches what a pattern is matched by
 * @param onWork called after each schema that is compiled
 */
export function unevaluatedAsFound(ajv: Ajv2020, graph: Graph, matches: Matches, onWork: () => void): void {
  const validators = new Map<Made, ValidateFunction>();
  const validatorOf = (schema: Made): ValidateFunction => {
    // Only now, since a schema may be about what is in itself.
    const known = validators.get(schema);
    if (known) return known;
    const compiled = ajv.compile(schema);
    validators.set(schema, compiled);
    onWork();
    return compiled;
  };
  const look = new Look(graph, matches, (schema, value) => validatorOf(schema)(value) === true);

  const check =
    (keyword: string, rest: (parent: Made, value: object) => readonly string[]) =>
    (schema: Made, parent: Json) => {
      const validate: DataValidateFunction = (value, context) => {
        const errors: Partial<ErrorObject>[] = [];
        for (const name of rest(parent, value)) {
          if (schema === true) break;
          if (schema === false) errors.push(tooMuch(keyword, name, context?.instancePath ?? ''));
          else errors.push(...errorsOf(validatorOf(schema), value, name, context?.instancePath ?? ''));
        }
        validate.errors = errors;
        return errors.length === 0;
      };
      return validate;
    };

  for (const keyword of [PROPERTIES, ITEMS]) ajv.removeKeyword(keyword);
  ajv.addKeyword({
    keyword: PROPERTIES,
    ...{ type: 'object', schemaType: ['boolean', 'object'], errors: 'full' },
    compile: check(PROPERTIES, (parent, value) => look.otherProperties(parent, value as Json)),
  });
  ajv.addKeyword({
    keyword: ITEMS,
    ...{ type: 'array', schemaType: ['boolean', 'object'], errors: 'full' },
    compile: check(ITEMS, (parent, value) => look.otherItems(parent, value as unknown[])),
  });
}

const tooMuch = (keyword: string, name: string, instancePath: string): Partial<ErrorObject> =>
  keyword === PROPERTIES
    ? { keyword, instancePath, params: { unevaluatedProperty: name }, message: 'is not a known property' }
    : { keyword, instancePath: `${instancePath}/${name}`, params: {}, message: 'is one item too many' };

function errorsOf(
  validate: ValidateFunction,
  parent: Json | unknown[],
  name: string,
  instancePath: string,
): readonly ErrorObject[] {
  const path = instancePath + plainPointer([name]);
  const parentData = parent as Json;
  const isValid = validate(parentData[name], {
    ...{ instancePath: path, parentData, parentDataProperty: name },
    ...{ rootData: parentData, dynamicAnchors: {} },
  });
  return isValid ? [] : (validate.errors ?? []);
}

/** What has been looked at. */
interface Found {
  hasAll: boolean;
  readonly names: Set<string>;
}

class Look {
  readonly #graph: Graph;
  readonly #matches: Matches;
  readonly #holds: (schema: Made, value: unknown) => boolean;

  constructor(graph: Graph, matches: Matches, holds: (schema: Made, value: unknown) => boolean) {
    this.#graph = graph;
    this.#matches = matches;
    this.#holds = holds;
  }

  otherProperties(schema: Made, value: Json): readonly string[] {
    const found: Found = { hasAll: false, names: new Set() };
    this.#go(schema, value, found, PROPERTIES, (part) => this.#properties(part, value, found));
    return found.hasAll ? [] : Object.keys(value).filter((name) => !found.names.has(name));
  }

  /** Indexes. */
  otherItems(schema: Made, value: readonly unknown[]): readonly string[] {
    const found: Found = { hasAll: false, names: new Set() };
    this.#go(schema, value, found, ITEMS, (part) => this.#items(part, value, found));
    return found.hasAll ? [] : Object.keys(value).filter((index) => !found.names.has(index));
  }

  #properties(part: Json, value: Json, found: Found): void {
    if (part.additionalProperties !== undefined) found.hasAll = true;
    for (const name of Object.keys((part.properties as Json | undefined) ?? {})) found.names.add(name);
    for (const pattern of Object.keys((part.patternProperties as Json | undefined) ?? {})) {
      const matcher = this.#matches(pattern);
      for (const name of Object.keys(value)) if (matcher.test(name)) found.names.add(name);
    }
  }

  #items(part: Json, value: readonly unknown[], found: Found): void {
    if (part.items !== undefined) found.hasAll = true;
    for (const index of Object.keys((part.prefixItems as Made[] | undefined) ?? [])) found.names.add(index);
    const { contains } = part;
    if (contains === undefined) return;
    for (const [index, item] of value.entries())
      if (this.#holds(contains as Made, item)) found.names.add(String(index));
  }

  /** Through whatever of a schema holds for the value. */
  #go(schema: Made, value: unknown, found: Found, own: string, see: (part: Json) => void): void {
    if (!isObject(schema) || found.hasAll) return;
    if (this.#graph.isLacking(schema)) found.hasAll = true;
    see(schema);
    for (const part of this.#parts(schema, value)) {
      if (isObject(part) && part[own] !== undefined) found.hasAll = true;
      this.#go(part, value, found, own, see);
    }
  }

  *#parts(schema: Json, value: unknown): Generator<Made> {
    if (typeof schema.$ref === 'string') yield this.#graph.root(schema.$ref)?.schema ?? true;
    for (const part of (schema.allOf as Made[] | undefined) ?? []) yield part;
    for (const keyword of ['anyOf', 'oneOf'])
      for (const part of (schema[keyword] as Made[] | undefined) ?? [])
        if (this.#holds(part, value)) yield part;
    if (schema.if !== undefined) {
      const isSo = this.#holds(schema.if as Made, value);
      if (isSo) yield schema.if as Made;
      const branch = isSo ? schema.then : schema.else;
      if (branch !== undefined) yield branch as Made;
    }
    if (!isObject(value)) return;
    for (const [name, part] of Object.entries((schema.dependentSchemas as Json | undefined) ?? {}))
      if (Object.hasOwn(value, name)) yield part as Made;
  }
}
