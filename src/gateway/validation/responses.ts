/**
 * The declared responses of an operation, compiled: statuses, media types, headers, and the validation of JSON
 * bodies.
 */
import type { ErrorObject } from 'ajv';
import { fragmentToken } from '../../contract/json-pointer.ts';
import type { Fault } from '../../contract/problem.ts';
import { essence } from '../../http/body/media-type.ts';
import { isObject, type Json } from '../../openapi/load/grammar.ts';
import { MediaTypes } from './body/media-types.ts';
import { Parameters } from './parameters/parameters.ts';
import { type JsonNode, resolvePath, resolveSchemaPath } from './schema/json-node.ts';
import { referenceSchema, type Schemas } from './schema/schemas.ts';

/** A media type of a response; without a check if it has no schema. */
export interface DeclaredMedia {
  readonly check: ((value: unknown, bytes: number) => readonly ErrorObject[]) | undefined;
}

export class DeclaredResponses {
  readonly #responses = new Map<string, DeclaredResponse>();

  constructor(document: Json, operation: JsonNode, schemas: Schemas) {
    const declared = isObject(operation.node.responses) ? operation.node.responses : {};
    for (const status of Object.keys(declared)) {
      if (status.startsWith('x-')) continue;
      const pointer = `${operation.pointer}/responses/${status}`;
      const response = resolvePath(document, operation, 'responses', status);
      if (!response) schemas.onFault({ pointer, reason: 'is not checked: it refers to nothing' });
      this.#responses.set(
        status.toUpperCase(),
        new DeclaredResponse(document, response ?? { node: {}, pointer }, schemas),
      );
    }
  }

  /** The declared statuses; empty if the document declares no responses. */
  get statuses(): readonly string[] {
    return [...this.#responses.keys()].map((status) => (status === 'DEFAULT' ? 'default' : status));
  }

  /** An exact status takes precedence over its range, and the range over `default` (OpenAPI 3.1 §4.8.16). */
  find(status: number): DeclaredResponse | undefined {
    const responses = this.#responses;
    return (
      responses.get(String(status)) ??
      responses.get(`${Math.floor(status / 100)}XX`) ??
      responses.get('DEFAULT')
    );
  }
}

export class DeclaredResponse {
  readonly #headers: Parameters;
  readonly #media: MediaTypes<DeclaredMedia>;

  constructor(document: Json, response: JsonNode, schemas: Schemas) {
    const headers = isObject(response.node.headers) ? Object.keys(response.node.headers) : [];
    const located = headers.flatMap((name) => {
      const header = resolvePath(document, response, 'headers', name);
      return header ? [{ ...header, node: { ...header.node, name, in: 'header' } }] : [];
    });
    this.#headers = new Parameters(document, located, 'header', schemas, `${response.pointer}/headers`);
    const media = new Map<string, DeclaredMedia>();
    for (const range of isObject(response.node.content) ? Object.keys(response.node.content) : []) {
      const schema = resolveSchemaPath(document, response, 'content', range, 'schema');
      const pointer = schema?.pointer ?? `${response.pointer}/content/${fragmentToken(range)}/schema`;
      media.set(range, { check: schema && schemas.checkJson(referenceSchema(schema.pointer), pointer) });
    }
    this.#media = new MediaTypes(media);
  }

  /** The declared media types without parameters; empty if no body is declared. */
  get types(): readonly string[] {
    return [...new Set(this.#media.names.map(essence))];
  }

  /** Undefined where the type is not declared. */
  mediaFor(contentType: string): DeclaredMedia | undefined {
    const [found, ...others] = this.#media.find(contentType);
    // The document distinguishes media types by a parameter that this response does not have.
    return others.length > 0 ? { check: undefined } : found;
  }

  /** @param values of every received header, by its name in lower case */
  checkHeaders(values: () => ReadonlyMap<string, readonly string[]>): readonly Fault[] {
    return this.#headers.size === 0 ? [] : this.#headers.check(values());
  }
}
