/** The query of an operation, compiled: its parameters, or the one value that all of it is (OpenAPI 3.2 §4.12). */

import { form } from '../../../codecs/form.ts';
import { codecFor } from '../../../codecs/index.ts';
import { json } from '../../../codecs/json.ts';
import { JsonError, readJson } from '../../../codecs/read-json.ts';
import type { Fault } from '../../../contract/problem.ts';
import { essence } from '../../../http/body/media-type.ts';
import { parseUrlencoded } from '../../../http/uri/urlencoded.ts';
import type { Json } from '../../../openapi/load/grammar.ts';
import { Form } from '../body/form.ts';
import { type Located, locate, locateSchema } from '../schema/json-node.ts';
import { type Schemas, schemaAt } from '../schema/schemas.ts';
import { faultsOf } from '../schema/validation-errors.ts';
import { contentOf } from './field.ts';
import { Parameters } from './parameters.ts';

export interface Query {
  /** Whether there has to be one. */
  readonly required: boolean;
  /** @param query without its question mark; @throws Problem bad-request (400) where percent-encoding is broken */
  check(query: string): readonly Fault[];
}

export function queryOf(
  document: Json,
  parameters: readonly Located[],
  schemas: Schemas,
  pointer: string,
  rejectUnknown: boolean,
): Query {
  const whole = parameters.find(({ node }) => node.in === 'querystring');
  if (whole) return wholeQuery(document, whole, schemas);
  const own = new Parameters(document, parameters, 'query', schemas, pointer, rejectUnknown);
  return { required: own.required, check: (query) => own.check(parseUrlencoded(query, WHAT, own.isChecked)) };
}

const WHAT = 'The query';

function wholeQuery(document: Json, parameter: Located, schemas: Schemas): Query {
  const required = parameter.node.required === true;
  const missing: Fault = { in: 'query', pointer: '#', detail: 'is required' };
  const check = checkOf(document, parameter, schemas);
  return {
    required,
    check: (query) => (query === '' ? (required ? [missing] : []) : check(query)),
  };
}

function checkOf(document: Json, parameter: Located, schemas: Schemas): Query['check'] {
  const type = contentOf(parameter.node) ?? '';
  const media = locate(document, parameter, 'content', type);
  const schema = media && locateSchema(document, media, 'schema');
  if (!media || !schema) return () => [];
  const codec = codecFor(essence(type));
  if (codec === form) {
    const form = new Form(document, media, schema, schemas, 'query');
    return (query) => form.check(parseUrlencoded(query, WHAT));
  }
  if (codec !== json) return () => [];
  const errorsOf = schemas.check(schemaAt(schema.pointer), 'all', schema.pointer);
  return (query) => {
    let value: unknown;
    try {
      value = readJson(decodeURIComponent(query), schemas.json);
    } catch (error) {
      const detail = error instanceof JsonError ? error.message : 'is not percent-encoded';
      return [{ in: 'query', pointer: '#', detail }];
    }
    return faultsOf('query', errorsOf(value));
  };
}
