/**
 * The headers that pages of other origins may use with an operation: the usual ones of HTTP and of linkway, and those
 * that the document names. They are computed at the first request of such a page for an operation.
 */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { isObject, type Json } from '../../openapi/load/grammar.ts';
import { requirementsOf } from '../../openapi/security.ts';
import type { GatewayOperation } from '../operation.ts';
import { type JsonNode, resolvePath } from '../validation/schema/json-node.ts';

/** Those of Fetch §2.2.2 are here too: their unusual values need permission. */
const REQUEST_HEADERS = [
  'Accept',
  'Accept-Language',
  'Cache-Control',
  'Content-Language',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-Modified-Since',
  'If-None-Match',
  'If-Range',
  'If-Unmodified-Since',
  'Last-Event-ID',
  'Prefer',
  'Range',
  'traceparent',
  'tracestate',
  'X-Request-Id',
];

const RESPONSE_HEADERS = [
  'Accept-Patch',
  'Accept-Ranges',
  'Allow',
  'Cache-Status',
  'Content-Location',
  'Content-Range',
  'Deprecation',
  'ETag',
  'Idempotent-Replayed',
  'Link',
  'Location',
  'Preference-Applied',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Sunset',
  'WWW-Authenticate',
  'X-Request-Id',
];

/** Names that are not written into a header. */
const TOKEN = /^[\w!#$%&'+.^`|~-]+$/;
/** The most names of one list, because a document may have any number. */
const MAX_NAMES = 200;

export interface OperationHeadersOptions {
  /** The document of each service, by name. */
  readonly documents: ReadonlyMap<string, OpenAPIObject>;
  /** Further names for every operation. */
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
}

export class OperationHeaders {
  readonly #documents: OperationHeadersOptions['documents'];
  readonly #baseRequest: readonly string[];
  readonly #baseResponse: readonly string[];
  readonly #request = new WeakMap<GatewayOperation, string>();
  readonly #response = new WeakMap<GatewayOperation, string>();
  /** For requests without an operation. */
  readonly defaults: { readonly request: string; readonly response: string };

  constructor({ documents, allowHeaders, exposeHeaders }: OperationHeadersOptions) {
    this.#documents = documents;
    this.#baseRequest = [...REQUEST_HEADERS, ...allowHeaders];
    this.#baseResponse = [...RESPONSE_HEADERS, ...exposeHeaders];
    this.defaults = { request: listOf(this.#baseRequest), response: listOf(this.#baseResponse) };
  }

  /** Names of request headers, joined with commas. */
  request(operation: GatewayOperation | undefined): string {
    if (operation === undefined) return this.defaults.request;
    return computed(this.#request, operation, () => {
      const root = this.#rootOf(operation);
      return listOf([
        ...this.#baseRequest,
        ...operation.parameters.header.names,
        ...(root ? credentialHeaders(root, operation) : []),
      ]);
    });
  }

  /** Names of response headers, joined with commas. */
  response(operation: GatewayOperation | undefined): string {
    if (operation === undefined) return this.defaults.response;
    return computed(this.#response, operation, () => {
      const root = this.#rootOf(operation);
      return listOf([...this.#baseResponse, ...(root ? declaredHeaders(root, operation) : [])]);
    });
  }

  #rootOf({ service }: GatewayOperation): Json | undefined {
    return this.#documents.get(service) as Json | undefined;
  }
}

function computed(
  known: WeakMap<GatewayOperation, string>,
  operation: GatewayOperation,
  compute: () => string,
): string {
  let list = known.get(operation);
  if (list === undefined) {
    list = compute();
    known.set(operation, list);
  }
  return list;
}

/** The names of all lists, each once whatever its case. */
function listOf(names: readonly string[]): string {
  const found = new Map<string, string>();
  for (const name of names) {
    const key = name.toLowerCase();
    if (TOKEN.test(name) && !found.has(key) && found.size < MAX_NAMES) found.set(key, name);
  }
  return [...found.values()].join(', ');
}

const nodeOf = (node: Json): JsonNode => ({ node, pointer: '#' });

/** The headers of the security schemes that the operation requires. */
function credentialHeaders(root: Json, { definition }: GatewayOperation): string[] {
  const schemes = requirementsOf(root, definition as unknown as Json).flatMap(Object.keys);
  return schemes.flatMap((name) => {
    const {
      type,
      in: location,
      name: header,
    } = resolvePath(root, nodeOf(root), 'components', 'securitySchemes', name)?.node ?? {};
    if (type === 'apiKey') return location === 'header' ? [String(header)] : [];
    return ['http', 'oauth2', 'openIdConnect'].includes(String(type)) ? ['Authorization'] : [];
  });
}

function declaredHeaders(root: Json, { definition }: GatewayOperation): string[] {
  const own = nodeOf(definition as unknown as Json);
  const { responses } = own.node;
  return Object.keys(isObject(responses) ? responses : {}).flatMap((status) =>
    Object.keys(resolvePath(root, own, 'responses', status, 'headers')?.node ?? {}),
  );
}
