/**
 * The query of an operation, compiled: its parameters, or one value for the complete query string (OpenAPI 3.2
 * §4.12).
 */

import { form } from '../../../codecs/form.ts';
import { codecFor } from '../../../codecs/index.ts';
import { json } from '../../../codecs/json.ts';
import { JsonError, readJson } from '../../../codecs/read-json.ts';
import type { Fault } from '../../../contract/problem.ts';
import { essence } from '../../../http/body/media-type.ts';
import { parseUrlencoded } from '../../../http/uri/urlencoded.ts';
import type { Json } from '../../../openapi/load/grammar.ts';
import { FormValidator } from '../body/form.ts';
import { type JsonNode, resolvePath, resolveSchemaPath } from '../schema/json-node.ts';
import { referenceSchema, type Schemas } from '../schema/schemas.ts';
import { faultsOf } from '../schema/validation-errors.ts';
import { contentTypeOf } from './field.ts';
import { Parameters } from './parameters.ts';

export interface QueryValidator {
  /** Whether the query is required. */
  readonly required: boolean;
  /**
   * @param query without its question mark
   * @throws Problem bad-request (400) if percent-encoding is invalid
   */
  check(query: string): readonly Fault[];
}

export function compileQuery(
  document: Json,
  parameters: readonly JsonNode[],
  schemas: Schemas,
  pointer: string,
  rejectUnknown: boolean,
): QueryValidator {
  const queryString = parameters.find(({ node }) => node.in === 'querystring');
  if (queryString) return compileQueryString(document, queryString, schemas);
  const parsed = new Parameters(document, parameters, 'query', schemas, pointer, rejectUnknown);
  return {
    required: parsed.required,
    check: (query) => parsed.check(parseUrlencoded(query, SUBJECT, parsed.isChecked)),
  };
}

const SUBJECT = 'The query';

function compileQueryString(document: Json, parameter: JsonNode, schemas: Schemas): QueryValidator {
  const required = parameter.node.required === true;
  const missing: Fault = { in: 'query', pointer: '#', detail: 'is required' };
  const check = queryStringCheck(document, parameter, schemas);
  return {
    required,
    check: (query) => (query === '' ? (required ? [missing] : []) : check(query)),
  };
}

function queryStringCheck(document: Json, parameter: JsonNode, schemas: Schemas): QueryValidator['check'] {
  const type = contentTypeOf(parameter.node) ?? '';
  const media = resolvePath(document, parameter, 'content', type);
  const schema = media && resolveSchemaPath(document, media, 'schema');
  if (!media || !schema) return () => [];
  const codec = codecFor(essence(type));
  if (codec === form) {
    const form = new FormValidator(document, media, schema, schemas, 'query');
    return (query) => form.check(parseUrlencoded(query, SUBJECT));
  }
  if (codec !== json) return () => [];
  const errorsOf = schemas.check(referenceSchema(schema.pointer), 'all', schema.pointer);
  return (query) => {
    let value: unknown;
    try {
      value = readJson(decodeURIComponent(query), schemas.json);
    } catch (error) {
      const detail = error instanceof JsonError ? error.message : 'is not validly percent-encoded';
      return [{ in: 'query', pointer: '#', detail }];
    }
    return faultsOf('query', errorsOf(value));
  };
}
