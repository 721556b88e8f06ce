/** The operations of a document, as far as links and actions need them. */
import type {
  LinkObject,
  OpenAPIObject,
  OperationObject,
  ParameterObject,
  PathItemObject,
  ReferenceObject,
  RequestBodyObject,
  ResponseObject,
  SchemaObject,
} from 'openapi3-ts/oas31';
import { type PathTemplate, pathTemplate } from './href.ts';
import { resolveReference } from './reference.ts';
import { type TemplateProperty, templateProperties } from './template.ts';

export interface DocumentedOperation {
  readonly service: string;
  readonly operationId: string;
  /** Upper case, as it goes over the wire. */
  readonly method: string;
  readonly path: PathTemplate;
  readonly title: string;
  /** Whether it takes `expand`: then it embeds what its own service owns. */
  readonly expands: boolean;
  /** Names of its query parameters, in the document's order. */
  readonly query: readonly string[];
  /** Of the JSON body, for a form. */
  readonly properties: readonly TemplateProperty[];
  /** Of its first successful JSON answer, where that is a named schema. */
  readonly schema?: ReferenceObject;
  /** Where that is a page: the schema of its items. */
  readonly itemSchema?: ReferenceObject;
  /** Link Objects of its first successful answer. */
  readonly links: Readonly<Record<string, LinkObject>>;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;
const JSON_BODY = /[/+]json\b/;

/** Operations without an id are left out: no link can name them. */
export const documentedOperations = (service: string, document: OpenAPIObject): DocumentedOperation[] =>
  Object.entries(document.paths ?? {}).flatMap(([path, given]) => {
    const item = resolveReference<PathItemObject>(document, given);
    return METHODS.flatMap((method) => {
      const operation = item?.[method];
      if (item === undefined || operation?.operationId === undefined) return [];
      return [documented(service, document, { path, method, item, operation })];
    });
  });

interface Place {
  readonly path: string;
  readonly method: string;
  readonly item: PathItemObject;
  readonly operation: OperationObject;
}

function documented(service: string, document: OpenAPIObject, place: Place): DocumentedOperation {
  const { path, method, item, operation } = place;
  const query = [...(item.parameters ?? []), ...(operation.parameters ?? [])]
    .map((parameter) => resolveReference<ParameterObject>(document, parameter))
    .flatMap((parameter) => (parameter?.in === 'query' ? [parameter.name] : []));
  const body = resolveReference<RequestBodyObject>(document, operation.requestBody);
  const success = Object.entries(operation.responses ?? {}).find(([status]) => status.startsWith('2'))?.[1];
  const response = resolveReference<ResponseObject>(document, success);
  const schema = schemaOf(response);
  const itemSchema = itemsOf(resolveReference<SchemaObject>(document, schema));
  return {
    service,
    operationId: operation.operationId ?? '',
    method: method.toUpperCase(),
    path: pathTemplate(path),
    title: operation.summary ?? operation.operationId ?? '',
    query,
    expands: query.includes('expand'),
    properties: templateProperties(document, schemaOf(body) ?? {}),
    links: linksOf(document, response),
    ...(schema !== undefined && '$ref' in schema ? { schema: schema as ReferenceObject } : {}),
    ...(itemSchema !== undefined && '$ref' in itemSchema
      ? { itemSchema: itemSchema as ReferenceObject }
      : {}),
  };
}

const schemaOf = (
  described: Pick<ResponseObject, 'content'> | undefined,
): SchemaObject | ReferenceObject | undefined =>
  Object.entries(described?.content ?? {}).find(([type]) => JSON_BODY.test(type))?.[1].schema;

/** The schema of a HAL page's items. */
function itemsOf(page: SchemaObject | undefined): SchemaObject | ReferenceObject | undefined {
  const embedded = page?.properties?._embedded as SchemaObject | undefined;
  return (embedded?.properties?.item as SchemaObject | undefined)?.items;
}

function linksOf(document: OpenAPIObject, response: ResponseObject | undefined): Record<string, LinkObject> {
  const resolved = Object.entries(response?.links ?? {}).map(
    ([rel, link]) => [rel, resolveReference<LinkObject>(document, link)] as const,
  );
  return Object.fromEntries(
    resolved.filter((entry): entry is [string, LinkObject] => entry[1] !== undefined),
  );
}
