/** The request body of an operation, compiled: the accepted media types, and the validation of JSON and forms. */
import { codecFor } from '../../../codecs/index.ts';
import { json } from '../../../codecs/json.ts';
import { fragmentToken } from '../../../contract/json-pointer.ts';
import { ACCEPT_PATCH } from '../../../contract/media-types.ts';
import { type Fault, Problem } from '../../../contract/problem.ts';
import { badRequest, unsupportedMediaType, validationFailed } from '../../../contract/problems.ts';
import { isJsonType } from '../../../http/body/json-type.ts';
import { essence } from '../../../http/body/media-type.ts';
import { isObject, type Json } from '../../../openapi/load/grammar.ts';
import { type JsonNode, resolvePath, resolveSchemaPath } from '../schema/json-node.ts';
import { typesOf } from '../schema/schema-properties.ts';
import type { Schemas } from '../schema/schemas.ts';
import { type BodyCheck, bodyCheck } from './body-validator.ts';
import { MediaTypes } from './media-types.ts';

export interface MediaType {
  /** Absent for a body that is not validated. */
  readonly check: BodyCheck | undefined;
  /** The check for JSON, if the media type is a range that includes it. */
  readonly jsonCheck?: BodyCheck | undefined;
}

export class RequestBody {
  readonly required: boolean;
  readonly #isPatch: boolean;
  readonly #types: MediaTypes<MediaType>;

  constructor(document: Json, body: JsonNode, schemas: Schemas, method: string) {
    this.#isPatch = method === 'PATCH';
    this.required = body.node.required === true;
    const names = Object.keys(isObject(body.node.content) ? body.node.content : {});
    this.#types = new MediaTypes(
      new Map(names.map((name) => [name, mediaOf(document, body, name, schemas)])),
    );
  }

  get types(): readonly string[] {
    return this.#types.names;
  }

  /** @throws Problem unsupported-media-type (415), or bad-request (400) for parts without a boundary */
  accept(contentType = ''): MediaType {
    const [found, ...others] = this.#types.find(contentType);
    const type = essence(contentType);
    if (!found || others.length > 0) throw this.#unsupported(type && `cannot be sent as ${type}`);
    const refusal = codecFor(type)?.unsupportedReason?.(contentType);
    if (refusal !== undefined) throw this.#unsupported(refusal);
    if (type.startsWith('multipart/') && !/;\s*boundary=/i.test(contentType))
      throw new Problem(
        badRequest,
        `The Content-Type of a ${type} body must have a \`boundary\` (RFC 2046 §5.1.1).`,
      );
    if (found.jsonCheck && isJsonType(type)) return { check: found.jsonCheck };
    return found;
  }

  /** @throws Problem validation-failed (400) if a required body is missing */
  acceptEmpty(): void {
    if (!this.required) return;
    const errors: Fault[] = [{ in: 'body', pointer: '#', detail: 'is required' }];
    throw new Problem(validationFailed, 'This operation requires a body.', { extensions: { errors } });
  }

  #unsupported(reason: string): Problem {
    const supported = this.types;
    const detail = `The body ${reason || 'has no Content-Type'}; this operation accepts ${supported.join(', ')}.`;
    return new Problem(unsupportedMediaType, detail, {
      extensions: { supported },
      ...(this.#isPatch && { headers: { [ACCEPT_PATCH]: supported.join(', ') } }),
    });
  }
}

function mediaOf(document: Json, body: JsonNode, name: string, schemas: Schemas): MediaType {
  if (name.includes('*')) return { check: undefined, jsonCheck: rangeCheck(document, body, name, schemas) };
  return { check: checkOf(document, body, name, schemas) };
}

/** A range is validated only if its schema describes more than a string, because a file is a string too. */
function rangeCheck(document: Json, body: JsonNode, name: string, schemas: Schemas): BodyCheck | undefined {
  const media = resolvePath(document, body, 'content', name);
  const schema = media && resolveSchemaPath(document, media, 'schema');
  const types = schema && typesOf(document, schema);
  if (!types || types.size === 0 || types.has('string')) return undefined;
  return bodyCheck(json, { document, media, schema, pointer: schema.pointer }, schemas);
}

function checkOf(document: Json, body: JsonNode, name: string, schemas: Schemas): BodyCheck | undefined {
  const type = essence(name);
  const codec = codecFor(type);
  if (codec === undefined) return undefined;
  const media = resolvePath(document, body, 'content', name);
  const schema = media && resolveSchemaPath(document, media, 'schema');
  const pointer = schema?.pointer ?? `${body.pointer}/content/${fragmentToken(name)}/schema`;
  if (schema) schemas.reportDangling(schema);
  return bodyCheck(codec, { document, media, schema, pointer }, schemas);
}
