/**
 * A document as requests that one can send from an editor: the `.http` form that the REST Client of VS Code and the HTTP
 * clients of JetBrains, Visual Studio and others read. Only what all of them know is used. What is sent is what the
 * document has for examples; what changes others' work comes last.
 */
import sampler from 'openapi-sampler';
import type {
  MediaTypeObject,
  OpenAPIObject,
  OperationObject,
  ParameterObject,
  RequestBodyObject,
  SchemaObject,
} from 'openapi3-ts/oas31';
import { HAL_FORMS } from '../media-types.ts';
import { WHOLE_DOCUMENT } from '../places.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

interface Described {
  readonly method: (typeof METHODS)[number];
  readonly path: string;
  readonly operation: OperationObject;
}

/** @param host where the gateway listens, as `http://localhost:8080` */
export function httpFile(document: OpenAPIObject, host: string): string {
  const operations = METHODS.flatMap((method) =>
    Object.entries(document.paths ?? {}).flatMap(([path, item]): Described[] => {
      const operation = item[method];
      return operation === undefined ? [] : [{ method, path, operation }];
    }),
  );
  return [
    '# Made by `npm run openapi` from the contract. Not edited by hand.',
    `# Postman, Insomnia and Bruno import ${host}${WHOLE_DOCUMENT} as it is.`,
    '',
    `@host = ${host}`,
    ...operations.flatMap((one) => requestsOf(one, document)),
    '',
  ].join('\n');
}

/** One for each media type that it takes. */
function requestsOf({ method, path, operation }: Described, document: OpenAPIObject): string[] {
  const { summary, operationId, deprecated, parameters = [], requestBody } = operation;
  const all = parameters as ParameterObject[];
  const content = Object.entries((requestBody as RequestBodyObject | undefined)?.content ?? {});
  const bodies = content.length === 0 ? [undefined] : content;
  const target = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) =>
    encodeURIComponent(String(exampleOf(all.find((one) => one.in === 'path' && one.name === name)))),
  );
  const query = all
    .filter((one) => one.in === 'query' && one.required)
    .map((one) => `${encodeURIComponent(one.name)}=${encodeURIComponent(String(exampleOf(one)))}`);
  const headers = all
    .filter((one) => one.in === 'header' && givenExampleOf(one) !== undefined)
    .map((one) => `${one.name}: ${givenExampleOf(one)}`);
  return bodies.flatMap((body, index) => [
    '',
    `### ${summary ?? operationId}${deprecated ? ' (given up)' : ''}${bodies.length > 1 ? `, as ${body?.[0]}` : ''}`,
    ...(index === 0 && operationId ? [`# @name ${operationId}`] : []),
    `${method.toUpperCase()} {{host}}${target}${query.length > 0 ? `?${query.join('&')}` : ''}`,
    `Accept: ${HAL_FORMS}`,
    ...headers,
    ...(body ? [`Content-Type: ${body[0]}`, '', JSON.stringify(sampleOf(body[1], document), null, 2)] : []),
  ]);
}

const givenExampleOf = (parameter: ParameterObject | undefined): unknown =>
  parameter?.example ?? (parameter?.schema as SchemaObject | undefined)?.example;

const exampleOf = (parameter: ParameterObject | undefined): unknown =>
  givenExampleOf(parameter) ?? parameter?.name;

const sampleOf = ({ example, examples, schema }: MediaTypeObject, document: OpenAPIObject): unknown =>
  example ??
  Object.values(examples ?? {}).flatMap((one) => ('value' in one ? [one.value] : []))[0] ??
  sampler.sample(schema as never, { skipReadOnly: true }, document as never);
