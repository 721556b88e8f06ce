/**
 * Validates `application/x-www-form-urlencoded` against a schema. Each field is parsed as its Encoding Object says
 * (OpenAPI 3.1 §4.8.15).
 */
import type { Fault } from '../../../contract/problem.ts';
import { isJsonType } from '../../../http/body/json-type.ts';
import { FORM } from '../../../http/uri/encoding.ts';
import type { Json } from '../../../openapi/load/grammar.ts';
import { createField, type Serialization } from '../parameters/field.ts';
import { Fields, type RawValues } from '../parameters/fields.ts';
import { type JsonNode, resolvePath } from '../schema/json-node.ts';
import { propertiesOf, typesOf } from '../schema/schema-properties.ts';
import { referenceSchema, type SchemaCheck, type Schemas } from '../schema/schemas.ts';
import { faultsOf } from '../schema/validation-errors.ts';

export class FormValidator {
  readonly #location: Fault['in'];
  readonly #fields: Fields;
  readonly #check: SchemaCheck;
  /** Checks fields that contain JSON, whose strings are not converted to other types. */
  readonly #checkJson: SchemaCheck | undefined;

  /** @param media the Media Type Object that has the schema */
  constructor(document: Json, media: JsonNode, schema: JsonNode, schemas: Schemas, place: Fault['in']) {
    const jsonProperties: [string, Json][] = [];
    const fields = [...propertiesOf(document, schema)].map(([name, property]) => {
      const encoding = resolvePath(document, media, 'encoding', name)?.node ?? {};
      const field = createField(
        document,
        name,
        serializationOf(encoding, typesOf(document, property)),
        property,
        'form',
      );
      if (field.isJson) jsonProperties.push([name, referenceSchema(property.pointer)]);
      return field;
    });
    this.#location = place;
    this.#fields = new Fields(fields, place, FORM, schemas.json);
    this.#check = schemas.check(referenceSchema(schema.pointer), 'form', schema.pointer);
    this.#checkJson =
      jsonProperties.length === 0
        ? undefined
        : schemas.check({ properties: Object.fromEntries(jsonProperties) }, 'all', schema.pointer);
  }

  check(texts: RawValues): readonly Fault[] {
    const { value, faults, unknown } = this.#fields.read(texts);
    const unknownFields = unknown.map((name): [string, unknown] => [
      name,
      this.#fields.decodeUnknown(texts.get(name) ?? []),
    ]);
    // Runs first, because the other check writes converted values into the object.
    const jsonFaults = faultsOf(this.#location, this.#checkJson?.(value) ?? []);
    const reported = new Set([...faults, ...jsonFaults].map(({ pointer }) => pointer));
    const found = faultsOf(this.#location, this.#check({ ...value, ...Object.fromEntries(unknownFields) }));
    return [
      ...faults,
      ...jsonFaults,
      ...found
        .filter(({ pointer }) => !reported.has(pointer))
        .map((fault) => ({ ...fault, pointer: this.#fields.externalPointer(fault.pointer) })),
    ];
  }
}

/** A style takes precedence over a media type. An object without either uses the common bracket notation. */
function serializationOf(encoding: Json, types: ReadonlySet<string>): Serialization {
  if (['style', 'explode', 'allowReserved'].some((name) => encoding[name] !== undefined)) return encoding;
  if (typeof encoding.contentType === 'string' && isJsonType(encoding.contentType))
    return { contentType: encoding.contentType };
  return types.has('object') ? { style: 'deepObject', explode: true } : {};
}
