/** The bytes of a body against its schema. */
import { isUtf8 } from 'node:buffer';
import type { JsonLimits } from '../../../config/limits.ts';
import { type Fault, Problem } from '../../../contract/problem.ts';
import { badRequest, contentTooLarge } from '../../../contract/problems.ts';
import { JsonFault, readJson } from '../../../http/body/read-json.ts';
import type { Json } from '../../../openapi/load/grammar.ts';
import { parsePairs } from '../parameters/urlencoded.ts';
import type { Located } from '../schema/json-node.ts';
import { type Schemas, schemaAt } from '../schema/schemas.ts';
import { faultsOf } from '../schema/validation-errors.ts';
import { Form } from './form.ts';

/**
 * @throws Problem bad-request (400) where the bytes are not what their media type says, content-too-large (413) for
 * more fields than a form has
 */
export type Check = (bytes: Buffer) => readonly Fault[];

/** Each field costs, however short it is. */
const MOST_FIELDS = 1000;

export function jsonCheck(schema: Located | undefined, schemas: Schemas, pointer: string): Check {
  const errorsOf = schemas.checkJson(schema ? schemaAt(schema.pointer) : {}, pointer);
  return (bytes) => {
    const value = parse(utf8(bytes), schemas.json);
    try {
      return faultsOf('body', errorsOf(value, bytes.length));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return [{ in: 'body', pointer: '#', detail: 'is nested too deeply' }];
    }
  };
}

export function formCheck(document: Json, media: Located, schema: Located, schemas: Schemas): Check {
  const form = new Form(document, media, schema, schemas, 'body');
  return (bytes) => {
    const text = utf8(bytes);
    if (text.split('&', MOST_FIELDS + 1).length > MOST_FIELDS)
      throw new Problem(contentTooLarge, `A form has at most ${MOST_FIELDS} fields.`, {
        extensions: { limit: MOST_FIELDS },
      });
    return form.check(parsePairs(text, 'The form'));
  };
}

function utf8(bytes: Buffer): string {
  // Decoding would put another character in the place of a broken one, and a third would be kept.
  if (!isUtf8(bytes))
    throw new Problem(badRequest, 'The body is not UTF-8, as it has to be (RFC 8259 §8.1).');
  return bytes.toString();
}

function parse(text: string, limits: JsonLimits): unknown {
  try {
    return readJson(text, limits);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw new Problem(badRequest, `The body ${error.message}.`);
  }
}
