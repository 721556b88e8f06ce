/**
 * The parameters of an operation in one place of the request, compiled: what comes as text is put into the form that
 * the parameter's style says (OpenAPI 3.1 §4.8.12), then checked against its schema.
 */
import { fragmentPointer } from '../../../contract/json-pointer.ts';
import type { Fault } from '../../../contract/problem.ts';
import { COOKIE, type Encoding, FORM, PERCENT, VERBATIM } from '../../../http/uri/encoding.ts';
import type { Json } from '../../../openapi/load/grammar.ts';
import { type Located, locateSchema } from '../schema/json-node.ts';
import { type Check, type Schemas, schemaAt } from '../schema/schemas.ts';
import { faultsOf } from '../schema/validation-errors.ts';
import { contentOf, type Field, fieldOf } from './field.ts';
import { Fields, type Texts } from './fields.ts';

export type Place = 'path' | 'query' | 'header' | 'cookie';

const ENCODINGS: Readonly<Record<Place, Encoding>> = {
  path: PERCENT,
  query: FORM,
  header: VERBATIM,
  cookie: COOKIE,
};

/** The specification says that these are no parameters, whatever the document says. */
const IGNORED_HEADERS: ReadonlySet<string> = new Set(['accept', 'content-type', 'authorization']);

const ENCODED_COMMA = /%2C/i;

/** What a schema may say without refusing anything. */
const HARMLESS: ReadonlySet<string> = new Set(
  'type minLength title description example examples default deprecated readOnly writeOnly $comment'.split(
    ' ',
  ),
);

const NONE: readonly Fault[] = [];

export class Parameters {
  readonly required: boolean;
  /** Whether there is nothing to check, as in a path, where each has some text, and each takes any. */
  readonly takeAll: boolean;
  readonly #place: Place;
  readonly #fields: Fields;
  readonly #rejectUnknown: boolean;
  readonly #check: Check;
  /** Of those that are written as JSON. */
  readonly #checkJson: Check | undefined;

  constructor(
    document: Json,
    parameters: readonly Located[],
    place: Place,
    schemas: Schemas,
    /** JSON Pointer to the operation. */
    pointer: string,
    rejectUnknown = false,
  ) {
    const fields: Field[] = [];
    const properties: [string, Json | true][] = [];
    const written: [string, Json][] = [];
    const required: string[] = [];
    let takeAll = true;
    for (const parameter of parameters) {
      const { node } = parameter;
      const name = place === 'header' ? String(node.name).toLowerCase() : String(node.name);
      if (node.in !== place || (place === 'header' && IGNORED_HEADERS.has(name))) continue;
      const contentType = contentOf(node);
      const schema =
        contentType === undefined
          ? locateSchema(document, parameter, 'schema')
          : locateSchema(document, parameter, 'content', contentType, 'schema');
      const style = place === 'query' || place === 'cookie' ? 'form' : 'simple';
      const field = fieldOf(document, name, { ...node, contentType }, schema, style);
      fields.push(field);
      takeAll &&= place === 'path' && field.style === 'simple' && !field.isJson && takesAnyText(schema?.node);
      properties.push([name, schema && !field.isJson ? schemaAt(schema.pointer) : true]);
      if (schema && field.isJson) written.push([name, schemaAt(schema.pointer)]);
      if (node.required === true) required.push(name);
    }
    this.#place = place;
    this.#fields = new Fields(fields, place, ENCODINGS[place], schemas.json);
    this.#rejectUnknown = rejectUnknown;
    this.required = required.length > 0;
    this.takeAll = takeAll;
    const object = { type: 'object', properties: Object.fromEntries(properties), required };
    this.#check = schemas.check(object, 'text', `${pointer}/parameters`);
    this.#checkJson =
      written.length === 0
        ? undefined
        : schemas.check({ properties: Object.fromEntries(written) }, 'json', `${pointer}/parameters`);
  }

  get size(): number {
    return this.#fields.size;
  }

  /** Whether a parameter of this name is looked at, so that it has to be readable. */
  readonly isChecked = (name: string): boolean => this.#rejectUnknown || this.#fields.has(name);

  /** @param texts every name that came, each with all its values, encoded as they came */
  check(texts: Texts): readonly Fault[] {
    const faults = this.#faultsOf(texts, false);
    if (faults.length === 0 || !someText(texts, (text) => ENCODED_COMMA.test(text) && !text.includes(',')))
      return faults;
    // Clients that encode every comma of a list mean a list all the same, where nothing else can be meant.
    return this.#faultsOf(texts, true).length === 0 ? [] : faults;
  }

  #faultsOf(texts: Texts, isLenient: boolean): readonly Fault[] {
    const { value, faults, unknown } = this.#fields.read(texts, isLenient);
    const ofTexts = this.#check(value);
    const errors = this.#checkJson ? [...ofTexts, ...this.#checkJson(value)] : ofTexts;
    if (faults.length === 0 && errors.length === 0 && !(this.#rejectUnknown && unknown.length > 0))
      return NONE;
    // What was found already is not in the value, and is not to be called missing as well.
    const known = new Set(faults.map((fault) => fault.pointer));
    const others = faultsOf(this.#place, errors).filter(({ pointer }) => !known.has(pointer));
    return [
      ...faults,
      ...others.map((fault) => ({ ...fault, pointer: this.#fields.written(fault.pointer) })),
      ...(this.#rejectUnknown ? unknown.map((name) => this.#unknown(name)) : []),
    ];
  }

  #unknown(name: string): Fault {
    const names = this.#fields.names.join(', ');
    const detail = names
      ? `is not a parameter of this operation; it takes ${names}`
      : 'is not a parameter: this operation takes none';
    return { in: this.#place, pointer: fragmentPointer([name]), detail };
  }
}

/** Of a text that is not empty. */
const takesAnyText = (schema: Json | undefined): boolean =>
  schema?.type === 'string' &&
  (schema.minLength === undefined || schema.minLength === 0 || schema.minLength === 1) &&
  Object.keys(schema).every((keyword) => HARMLESS.has(keyword) || keyword.startsWith('x-'));

const someText = (texts: Texts, test: (text: string) => boolean): boolean =>
  [...texts.values()].some((values) => values.some(test));
