/** `application/x-www-form-urlencoded` against a schema, each field written as its Encoding Object says (OpenAPI 3.1 §4.8.15). */
import type { Fault } from '../../../contract/problem.ts';
import { isJsonType } from '../../../http/body/json-type.ts';
import { FORM } from '../../../http/uri/encoding.ts';
import type { Json } from '../../../openapi/load/grammar.ts';
import { fieldOf, type Written } from '../parameters/field.ts';
import { Fields, type Texts } from '../parameters/fields.ts';
import { type Located, locate } from '../schema/json-node.ts';
import { propertiesOf, typesOf } from '../schema/schema-properties.ts';
import { type Check, type Schemas, schemaAt } from '../schema/schemas.ts';
import { faultsOf } from '../schema/validation-errors.ts';

export class Form {
  readonly #place: Fault['in'];
  readonly #fields: Fields;
  readonly #check: Check;
  /** Of the fields that are written as JSON, which says itself what is a string. */
  readonly #checkJson: Check | undefined;

  /** @param media the Media Type Object that has the schema */
  constructor(document: Json, media: Located, schema: Located, schemas: Schemas, place: Fault['in']) {
    const written: [string, Json][] = [];
    const fields = [...propertiesOf(document, schema)].map(([name, property]) => {
      const encoding = locate(document, media, 'encoding', name)?.node ?? {};
      const field = fieldOf(
        document,
        name,
        writtenAs(encoding, typesOf(document, property)),
        property,
        'form',
      );
      if (field.isJson) written.push([name, schemaAt(property.pointer)]);
      return field;
    });
    this.#place = place;
    this.#fields = new Fields(fields, place, FORM, schemas.json);
    this.#check = schemas.check(schemaAt(schema.pointer), 'form', schema.pointer);
    this.#checkJson =
      written.length === 0
        ? undefined
        : schemas.check({ properties: Object.fromEntries(written) }, 'all', schema.pointer);
  }

  check(texts: Texts): readonly Fault[] {
    const { value, faults, unknown } = this.#fields.read(texts);
    const others = unknown.map((name): [string, unknown] => [
      name,
      this.#fields.plain(texts.get(name) ?? []),
    ]);
    // First, as the other check writes what it reads into the value.
    const ofJson = faultsOf(this.#place, this.#checkJson?.(value) ?? []);
    const known = new Set([...faults, ...ofJson].map(({ pointer }) => pointer));
    const found = faultsOf(this.#place, this.#check({ ...value, ...Object.fromEntries(others) }));
    return [
      ...faults,
      ...ofJson,
      ...found
        .filter(({ pointer }) => !known.has(pointer))
        .map((fault) => ({ ...fault, pointer: this.#fields.written(fault.pointer) })),
    ];
  }
}

/** A style goes before a media type; an object without either is as brackets say, which everybody writes. */
function writtenAs(encoding: Json, types: ReadonlySet<string>): Written {
  if (['style', 'explode', 'allowReserved'].some((name) => encoding[name] !== undefined)) return encoding;
  if (typeof encoding.contentType === 'string' && isJsonType(encoding.contentType))
    return { contentType: encoding.contentType };
  return types.has('object') ? { style: 'deepObject', explode: true } : {};
}
