/**
 * The parameters of an operation in one location of the request, compiled. Text values are parsed by the style of
 * the parameter (OpenAPI 3.1 §4.8.12) and then checked against its schema.
 */
import { fragmentPointer } from '../../../contract/json-pointer.ts';
import type { Fault } from '../../../contract/problem.ts';
import { COOKIE, type Encoding, FORM, PERCENT, VERBATIM } from '../../../http/uri/encoding.ts';
import type { Json } from '../../../openapi/load/grammar.ts';
import { type JsonNode, resolveSchemaPath } from '../schema/json-node.ts';
import { referenceSchema, type SchemaCheck, type Schemas } from '../schema/schemas.ts';
import { faultsOf } from '../schema/validation-errors.ts';
import { contentTypeOf, createField, type Field } from './field.ts';
import { Fields, type RawValues } from './fields.ts';

export type ParameterLocation = 'path' | 'query' | 'header' | 'cookie';

const ENCODINGS: Readonly<Record<ParameterLocation, Encoding>> = {
  path: PERCENT,
  query: FORM,
  header: VERBATIM,
  cookie: COOKIE,
};

/** Headers that the specification ignores as parameters. */
const IGNORED_HEADERS: ReadonlySet<string> = new Set(['accept', 'content-type', 'authorization']);

const ENCODED_COMMA = /%2C/i;

/** Keywords that never reject a string. */
const NON_RESTRICTIVE: ReadonlySet<string> = new Set(
  'type minLength title description example examples default deprecated readOnly writeOnly $comment'.split(
    ' ',
  ),
);

const NONE: readonly Fault[] = [];

export class Parameters {
  readonly required: boolean;
  /** Whether there is nothing to check: path parameters that accept any string. */
  readonly acceptsAnything: boolean;
  readonly #location: ParameterLocation;
  readonly #fields: Fields;
  readonly #rejectUnknown: boolean;
  readonly #check: SchemaCheck;
  /** Checks parameters that contain JSON. */
  readonly #checkJson: SchemaCheck | undefined;

  constructor(
    document: Json,
    parameters: readonly JsonNode[],
    place: ParameterLocation,
    schemas: Schemas,
    /** JSON Pointer to the operation. */
    pointer: string,
    rejectUnknown = false,
  ) {
    const fields: Field[] = [];
    const properties: [string, Json | true][] = [];
    const jsonProperties: [string, Json][] = [];
    const required: string[] = [];
    let acceptsAnything = true;
    for (const parameter of parameters) {
      const { node } = parameter;
      const name = place === 'header' ? String(node.name).toLowerCase() : String(node.name);
      if (node.in !== place || (place === 'header' && IGNORED_HEADERS.has(name))) continue;
      const contentType = contentTypeOf(node);
      const schema =
        contentType === undefined
          ? resolveSchemaPath(document, parameter, 'schema')
          : resolveSchemaPath(document, parameter, 'content', contentType, 'schema');
      const style = place === 'query' || place === 'cookie' ? 'form' : 'simple';
      const field = createField(document, name, { ...node, contentType }, schema, style);
      fields.push(field);
      acceptsAnything &&=
        place === 'path' && field.style === 'simple' && !field.isJson && acceptsAnyText(schema?.node);
      properties.push([name, schema && !field.isJson ? referenceSchema(schema.pointer) : true]);
      if (schema && field.isJson) jsonProperties.push([name, referenceSchema(schema.pointer)]);
      if (node.required === true) required.push(name);
    }
    this.#location = place;
    this.#fields = new Fields(fields, place, ENCODINGS[place], schemas.json);
    this.#rejectUnknown = rejectUnknown;
    this.required = required.length > 0;
    this.acceptsAnything = acceptsAnything;
    const object = { type: 'object', properties: Object.fromEntries(properties), required };
    this.#check = schemas.check(object, 'text', `${pointer}/parameters`);
    this.#checkJson =
      jsonProperties.length === 0
        ? undefined
        : schemas.check({ properties: Object.fromEntries(jsonProperties) }, 'json', `${pointer}/parameters`);
  }

  get size(): number {
    return this.#fields.size;
  }

  get names(): readonly string[] {
    return this.#fields.names;
  }

  /** Whether a parameter of this name is checked and therefore must be decodable. */
  readonly isChecked = (name: string): boolean => this.#rejectUnknown || this.#fields.has(name);

  /** @param texts all values of every received name, still encoded */
  check(texts: RawValues): readonly Fault[] {
    const faults = this.#findFaults(texts, false);
    if (faults.length === 0 || !hasText(texts, (text) => ENCODED_COMMA.test(text) && !text.includes(',')))
      return faults;
    // Some clients encode every comma of a list. Such a list is accepted if it is valid only as a list.
    return this.#findFaults(texts, true).length === 0 ? [] : faults;
  }

  #findFaults(texts: RawValues, isLenient: boolean): readonly Fault[] {
    const { value, faults, unknown } = this.#fields.read(texts, isLenient);
    const textErrors = this.#check(value);
    const errors = this.#checkJson ? [...textErrors, ...this.#checkJson(value)] : textErrors;
    if (faults.length === 0 && errors.length === 0 && !(this.#rejectUnknown && unknown.length > 0))
      return NONE;
    // Parameters with a fault are missing from the value and must not be reported as missing too.
    const reported = new Set(faults.map((fault) => fault.pointer));
    const others = faultsOf(this.#location, errors).filter(({ pointer }) => !reported.has(pointer));
    return [
      ...faults,
      ...others.map((fault) => ({ ...fault, pointer: this.#fields.externalPointer(fault.pointer) })),
      ...(this.#rejectUnknown ? unknown.map((name) => this.#unknownParameter(name)) : []),
    ];
  }

  #unknownParameter(name: string): Fault {
    const names = this.#fields.names.join(', ');
    const detail = names
      ? `is not a parameter of this operation; it accepts ${names}`
      : 'is not a parameter: this operation has none';
    return { in: this.#location, pointer: fragmentPointer([name]), detail };
  }
}

/** Whether a schema accepts any string that is not empty. */
const acceptsAnyText = (schema: Json | undefined): boolean =>
  schema?.type === 'string' &&
  (schema.minLength === undefined || schema.minLength === 0 || schema.minLength === 1) &&
  Object.keys(schema).every((keyword) => NON_RESTRICTIVE.has(keyword) || keyword.startsWith('x-'));

const hasText = (texts: RawValues, test: (text: string) => boolean): boolean =>
  [...texts.values()].some((values) => values.some(test));
