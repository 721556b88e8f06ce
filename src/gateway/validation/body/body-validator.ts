/** The bytes of a body against its schema: what its codec makes of them, and what the schema says of that. */
import type { Codec } from '../../../codecs/codec.ts';
import { form } from '../../../codecs/form.ts';
import type { Fault } from '../../../contract/problem.ts';
import type { Json } from '../../../openapi/load/grammar.ts';
import type { JsonNode } from '../schema/json-node.ts';
import { referenceSchema, type Schemas } from '../schema/schemas.ts';
import { faultsOf } from '../schema/validation-errors.ts';
import { FormValidator } from './form.ts';

/**
 * @throws Problem bad-request (400) where the bytes are not what their media type says, content-too-large (413) for
 * more fields than a form has
 */
export type BodyCheck = (bytes: Buffer) => readonly Fault[];

/** Where the schema of a body is. */
export interface BodySchema {
  readonly document: Json;
  /** The Media Type Object; absent where the document has none. */
  readonly media: JsonNode | undefined;
  /** Absent where any value is allowed. */
  readonly schema: JsonNode | undefined;
  /** Of the schema, for what is told of it. */
  readonly pointer: string;
}

/** @returns undefined where there is nothing to check */
export function bodyCheck(codec: Codec, body: BodySchema, schemas: Schemas): BodyCheck | undefined {
  return codec === form ? formCheck(body, schemas) : valueCheck(codec, body, schemas);
}

function valueCheck(codec: Codec, { schema, pointer }: BodySchema, schemas: Schemas): BodyCheck {
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

/** The texts of a form get their types from the schema. */
function formCheck({ document, media, schema }: BodySchema, schemas: Schemas): BodyCheck | undefined {
  if (!media || !schema) return undefined;
  const reader = new FormValidator(document, media, schema, schemas, 'body');
  return (bytes) => reader.check(form.decode(bytes));
}
