/** The operations of a document, with the details that links and actions need. */
import type {
  LinkObject,
  OpenAPIObject,
  OperationObject,
  ParameterObject,
  PathItemObject,
  RequestBodyObject,
  ResponseObject,
  SchemaObject,
} from 'openapi3-ts/oas31';
import { BATCH_EXTENSION } from '../../contract/batch.ts';
import { DESTRUCTIVE_EXTENSION } from '../../contract/destructive.ts';
import { isJsonType } from '../../http/body/json-type.ts';
import type { PathTemplate } from '../../http/uri/href.ts';
import { pathTemplate } from '../../http/uri/href.ts';
import type { Incremental } from '../../openapi/incremental.ts';
import { runToCompletion } from '../../openapi/incremental.ts';
import { resolveReference } from '../../openapi/reference.ts';
import { words } from '../words.ts';
import type { TemplateProperty } from './form-properties.ts';
import { parameterProperty, templateProperties } from './form-properties.ts';
import type { DescribedBody, Schema } from './response-schema.ts';
import { declaresLinks, describeBody } from './response-schema.ts';

export interface DocumentedOperation {
  readonly service: string;
  readonly operationId: string;
  /** In upper case, as in HTTP. */
  readonly method: string;
  readonly path: PathTemplate;
  readonly title: string;
  /** Whether the operation may be irreversible: it deletes, or declares it (`x-destructive`). */
  readonly destructive: boolean;
  /** Whether it accepts `expand` and embeds resources of its own service. */
  readonly expands: boolean;
  /** A list parameter by which it returns many resources of another operation at once (`x-batches`). */
  readonly batches?: BatchParameter;
  /** Its query parameters as form properties, in the document's order. */
  readonly query: readonly TemplateProperty[];
  /** The form properties of its JSON body. */
  form(): readonly TemplateProperty[];
  /** The body of its first successful JSON response. */
  readonly body?: DescribedBody;
  /** The media types of that response. */
  readonly mediaTypes: readonly string[];
  /** Whether the gateway adds links to its responses. */
  readonly lifted: boolean;
  /** Link Objects of its first successful response. */
  readonly links: Readonly<Record<string, LinkObject>>;
}

interface BatchParameter {
  /** The operation that returns a single one of these resources. */
  readonly operationId: string;
  readonly name: string;
  /** The separator of the values in one text; absent if each value has a parameter of its own. */
  readonly separator?: string;
  /** The most values. */
  readonly max: number;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;
/** Extension of an operation whose service has no links, so that the gateway adds them. */
export const LIFTED = 'x-lifted';

/** The operations of a document. An operation without an id is named by method and path, such as `GET /orders`. */
export const documentedOperations = (service: string, document: OpenAPIObject): DocumentedOperation[] =>
  runToCompletion(documentedOperationsIncrementally(service, document));

/** Like `documentedOperations`, in steps: one for each path. */
export function* documentedOperationsIncrementally(
  service: string,
  document: OpenAPIObject,
): Incremental<DocumentedOperation[]> {
  const found: DocumentedOperation[] = [];
  for (const [path, pathItem] of Object.entries(document.paths ?? {})) {
    const item = resolveReference<PathItemObject>(document, pathItem);
    for (const method of METHODS) {
      const operation = item?.[method];
      if (item !== undefined && operation !== undefined && path.startsWith('/'))
        found.push(describeOperation(service, document, { path, method, item, operation }));
    }
    yield;
  }
  return found;
}

const titleOf = (operationId: string | undefined): string | undefined => operationId && words(operationId);

/** The name of an operation without an id. */
export const operationName = (method: string, path: string): string => `${method.toUpperCase()} ${path}`;

interface OperationSource {
  readonly path: string;
  readonly method: string;
  readonly item: PathItemObject;
  readonly operation: OperationObject;
}

function describeOperation(
  service: string,
  document: OpenAPIObject,
  source: OperationSource,
): DocumentedOperation {
  const { path, method, item, operation } = source;
  const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])]
    .map((parameter) => resolveReference<ParameterObject>(document, parameter))
    .filter((parameter) => parameter?.in === 'query') as ParameterObject[];
  const query = parameters.map((parameter) => parameterProperty(document, parameter));
  const batches = batchParameterOf(document, parameters);
  const body = resolveReference<RequestBodyObject>(document, operation.requestBody);
  const success = Object.entries(operation.responses ?? {}).find(([status]) => status.startsWith('2'))?.[1];
  const response = resolveReference<ResponseObject>(document, success);
  const schema = schemaOf(response);
  const lifted = operation[LIFTED] === true;
  const isHal = schema !== undefined && !lifted && declaresLinks(document, schema);
  const mayWrap = method === 'get' && !path.endsWith('}');
  return {
    service,
    operationId: operation.operationId ?? operationName(method, path),
    method: method.toUpperCase(),
    path: pathTemplate(path),
    title: operation.summary ?? titleOf(operation.operationId) ?? operationName(method, path),
    query,
    destructive: method === 'delete' || operation[DESTRUCTIVE_EXTENSION] === true,
    // Other APIs may use this parameter name for something else.
    expands: query.some(({ name }) => name === 'expand') && (lifted || isHal),
    lifted,
    ...(batches === undefined ? {} : { batches }),
    form: () => templateProperties(document, schemaOf(body) ?? {}),
    links: linksOf(document, response),
    mediaTypes: Object.keys(response?.content ?? {}),
    ...(schema === undefined ? {} : { body: describeBody(document, schema, { isHal, mayWrap }) }),
  };
}

const SEPARATORS: Readonly<Record<string, string>> = { spaceDelimited: ' ', pipeDelimited: '|' };
/** The batch size if neither ids nor items have a maximum. */
const DEFAULT_MAX_BATCH = 100;

function batchParameterOf(
  document: OpenAPIObject,
  parameters: readonly ParameterObject[],
): BatchParameter | undefined {
  const parameter = parameters.find((one) => BATCH_EXTENSION in one);
  if (parameter === undefined) return undefined;
  const schemaOfParameter = (name: string) =>
    resolveReference<SchemaObject>(document, parameters.find((one) => one.name === name)?.schema);
  const { style = 'form', explode = style === 'form' } = parameter;
  const most = [schemaOfParameter(parameter.name)?.maxItems, schemaOfParameter('limit')?.maximum];
  return {
    operationId: String(parameter[BATCH_EXTENSION]),
    name: parameter.name,
    ...(explode ? {} : { separator: SEPARATORS[style] ?? ',' }),
    max: Math.min(...most.map((limit) => limit ?? DEFAULT_MAX_BATCH)),
  };
}

const schemaOf = (described: Pick<ResponseObject, 'content'> | undefined): Schema | undefined =>
  Object.entries(described?.content ?? {}).find(([type]) => isJsonType(type))?.[1].schema;

function linksOf(document: OpenAPIObject, response: ResponseObject | undefined): Record<string, LinkObject> {
  const resolved = Object.entries(response?.links ?? {}).map(
    ([rel, link]) => [rel, resolveReference<LinkObject>(document, link)] as const,
  );
  return Object.fromEntries(
    resolved.filter((entry): entry is [string, LinkObject] => entry[1] !== undefined),
  );
}
