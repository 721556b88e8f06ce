/** The bytes of a body against its schema: what its codec makes of them, and what the schema says of that. */
import type { Codec } from '../../../codecs/codec.ts';
import { form } from '../../../codecs/form.ts';
import type { Fault } from '../../../contract/problem.ts';
import type { Json } from '../../../openapi/load/grammar.ts';
import type { Located } from '../schema/json-node.ts';
import { type Schemas, schemaAt } from '../schema/schemas.ts';
import { faultsOf } from '../schema/validation-errors.ts';
import { Form } from './form.ts';

/**
 * @throws Problem bad-request (400) where the bytes are not what their media type says, content-too-large (413) for
 * more fields than a form has
 */
export type Check = (bytes: Buffer) => readonly Fault[];

/** Where the schema of a body is. */
export interface BodyPlace {
  readonly document: Json;
  /** The Media Type Object; absent where the document has none. */
  readonly media: Located | undefined;
  /** Absent where any value is allowed. */
  readonly schema: Located | undefined;
  /** Of the schema, for what is told of it. */
  readonly pointer: string;
}

/** @returns undefined where there is nothing to check */
export function bodyCheck(codec: Codec, place: BodyPlace, schemas: Schemas): Check | undefined {
  return codec === form ? formCheck(place, schemas) : valueCheck(codec, place, schemas);
}

function valueCheck(codec: Codec, { schema, pointer }: BodyPlace, schemas: Schemas): Check {
  const errorsOf = schemas.checkJson(schema ? schemaAt(schema.pointer) : {}, pointer);
  return (bytes) => {
    const value = codec.decode(bytes, schema?.node, schemas.json);
    try {
      return faultsOf('body', errorsOf(value, bytes.length));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return [{ in: 'body', pointer: '#', detail: 'is nested too deeply' }];
    }
  };
}

/** The texts of a form get their types from the schema. */
function formCheck({ document, media, schema }: BodyPlace, schemas: Schemas): Check | undefined {
  if (!media || !schema) return undefined;
  const reader = new Form(document, media, schema, schemas, 'body');
  return (bytes) => reader.check(form.decode(bytes));
}
