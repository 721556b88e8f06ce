/** Validates the bytes of a body: its codec decodes them, and its schema checks the value. */
import type { Codec } from '../../../codecs/codec.ts';
import { form } from '../../../codecs/form.ts';
import type { Fault } from '../../../contract/problem.ts';
import type { Json } from '../../../openapi/load/grammar.ts';
import type { JsonNode } from '../schema/json-node.ts';
import { referenceSchema, type Schemas } from '../schema/schemas.ts';
import { faultsOf } from '../schema/validation-errors.ts';
import { FormValidator } from './form.ts';

/**
 * @throws Problem bad-request (400) if the bytes do not match their media type, content-too-large (413) if a form
 * has too many fields
 */
export type BodyCheck = (bytes: Buffer) => readonly Fault[];

/** The schema of a body and its context. */
export interface DeclaredBody {
  readonly document: Json;
  /** The Media Type Object; absent where the document has none. */
  readonly media: JsonNode | undefined;
  /** Absent where any value is allowed. */
  readonly schema: JsonNode | undefined;
  /** Pointer to the schema, for messages. */
  readonly pointer: string;
}

/** @returns undefined if there is nothing to check */
export function bodyCheck(codec: Codec, body: DeclaredBody, schemas: Schemas): BodyCheck | undefined {
  return codec === form ? formCheck(body, schemas) : valueCheck(codec, body, schemas);
}

function valueCheck(codec: Codec, { schema, pointer }: DeclaredBody, schemas: Schemas): BodyCheck {
  const validate = schemas.checkJson(schema ? referenceSchema(schema.pointer) : {}, pointer);
  return (bytes) => {
    const value = codec.decode(bytes, schema?.node, schemas.json);
    try {
      return faultsOf('body', validate(value, bytes.length));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return [{ in: 'body', pointer: '#', detail: 'is nested too deeply' }];
    }
  };
}

/** Validates a form, whose text values get their types from the schema. */
function formCheck({ document, media, schema }: DeclaredBody, schemas: Schemas): BodyCheck | undefined {
  if (!media || !schema) return undefined;
  const reader = new FormValidator(document, media, schema, schemas, 'body');
  return (bytes) => reader.check(form.decode(bytes));
}
