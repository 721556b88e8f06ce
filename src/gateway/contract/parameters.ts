/**
 * The parameters of an operation, compiled: what comes as text is put into the form that the parameter's style
 * says (OpenAPI 3.1 §4.8.12), then checked against its schema.
 */
import type { Fault } from '../../contract/problem.ts';
import type { Json } from '../document/grammar.ts';
import { faultsOf, pointerTo } from './faults.ts';
import { type Located, locate } from './located.ts';
import { type Check, type Schemas, schemaAt } from './schemas.ts';
import { type Form, readStyled, type Style } from './style.ts';

export type Place = 'path' | 'query' | 'header';

interface Parameter extends Style {
  readonly json: boolean;
  /** The type, where only numbers are taken: as JSON writes them, not as JavaScript reads them (`0x10`, ` 1`). */
  readonly numeric: 'integer' | 'number' | undefined;
}

/** RFC 8259 §6. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The specification says that these are no parameters, whatever the document says. */
const IGNORED_HEADERS: ReadonlySet<string> = new Set(['accept', 'content-type', 'authorization']);

export class Parameters {
  readonly required: boolean;
  readonly #place: Place;
  readonly #known = new Map<string, Parameter>();
  /** Names that begin so are members of an object parameter. */
  readonly #prefixes: string[] = [];
  readonly #rejectUnknown: boolean;
  readonly #check: Check;

  constructor(
    document: Json,
    parameters: readonly Located[],
    place: Place,
    schemas: Schemas,
    /** JSON Pointer to the operation. */
    pointer: string,
    rejectUnknown = false,
  ) {
    const properties: Json = {};
    const required: string[] = [];
    let open = !rejectUnknown;
    for (const parameter of parameters) {
      const name = String(parameter.node.name);
      const key = place === 'header' ? name.toLowerCase() : name;
      if (parameter.node.in !== place || (place === 'header' && IGNORED_HEADERS.has(key))) continue;
      const media = Object.keys((parameter.node.content ?? {}) as Json)[0];
      const schema =
        media === undefined
          ? locate(document, parameter, 'schema')
          : locate(document, parameter, 'content', media, 'schema');
      const types = schema ? typesOf(document, schema) : new Set<string>();
      if (media === undefined && types.has('object') && place === 'query') {
        // Its members are parameters of their own; which ones, the schema need not say.
        const { style = 'form', explode = style === 'form' } = parameter.node;
        if (style === 'deepObject') this.#prefixes.push(`${name}[`);
        if (style === 'form' && explode) open = true;
        if (style === 'deepObject' || explode) continue;
      }
      this.#known.set(key, parameterOf(key, parameter.node, types, place, media !== undefined));
      properties[key] = schema ? schemaAt(schema.pointer) : true;
      if (parameter.node.required === true) required.push(key);
    }
    this.#place = place;
    this.#rejectUnknown = !open;
    this.required = required.length > 0;
    this.#check = schemas.check({ type: 'object', properties, required }, 'text', `${pointer}/parameters`);
  }

  get size(): number {
    return this.#known.size;
  }

  /** `values` holds every name that came, each with all its values. */
  check(values: ReadonlyMap<string, readonly string[]>): Fault[] {
    const faults: Fault[] = [];
    const read: Json = {};
    for (const [name, texts] of values) {
      const parameter = this.#known.get(name);
      const fault = (detail: string) => faults.push({ in: this.#place, pointer: pointerTo(name), detail });
      if (!parameter) {
        if (this.#rejectUnknown && !this.#prefixes.some((prefix) => name.startsWith(prefix)))
          fault(this.#unknown());
        continue;
      }
      const value = readStyled(parameter, texts);
      if (texts.length > 1 && ['scalar', 'object'].includes(parameter.form)) fault('must be given once');
      else if (parameter.numeric && !NUMBER.test(String(value))) fault(`must be ${parameter.numeric}`);
      else if (parameter.json) readJson(read, name, texts[0], fault);
      else read[name] = value;
    }
    // What was found above is not in `read`, and is not to be called missing as well.
    const found = new Set(faults.map((fault) => fault.pointer));
    const others = faultsOf(this.#place, this.#check(read));
    return [...faults, ...others.filter((fault) => !found.has(fault.pointer))];
  }

  #unknown(): string {
    const names = [...this.#known.keys()].join(', ');
    return names
      ? `is not a parameter of this operation; it takes ${names}`
      : 'is not a parameter: this operation takes none';
  }
}

const readJson = (
  read: Json,
  name: string,
  text: string | undefined,
  fault: (detail: string) => void,
): void => {
  try {
    read[name] = JSON.parse(text ?? '');
  } catch {
    fault('must be JSON');
  }
};

const parameterOf = (
  name: string,
  node: Json,
  types: ReadonlySet<string>,
  place: Place,
  json: boolean,
): Parameter => {
  const style = String(node.style ?? (place === 'query' ? 'form' : 'simple'));
  const explode = Boolean(node.explode ?? style === 'form');
  const form = json ? 'scalar' : formOf(types);
  const numeric =
    types.size !== 1
      ? undefined
      : types.has('integer')
        ? 'integer'
        : types.has('number')
          ? 'number'
          : undefined;
  return { name, style, explode, form, json, numeric };
};

function formOf(types: ReadonlySet<string>): Form {
  if (types.has('object') && !types.has('array')) return 'object';
  if (!types.has('array')) return 'scalar';
  return [...types].some((type) => type !== 'array' && type !== 'null') ? 'either' : 'array';
}

/** The types that a schema names, itself or in its alternatives. */
const typesOf = (document: Json, schema: Located, depth = 0): Set<string> => {
  const types = new Set<string>([schema.node.type ?? []].flat().map(String));
  if (depth > 5) return types;
  for (const keyword of ['anyOf', 'oneOf', 'allOf']) {
    const branches = schema.node[keyword];
    if (!Array.isArray(branches)) continue;
    for (const index of branches.keys()) {
      const branch = locate(document, { node: branches as unknown as Json, pointer: '' }, index);
      if (branch) for (const type of typesOf(document, branch, depth + 1)) types.add(type);
    }
  }
  return types;
};
