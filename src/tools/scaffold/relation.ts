/**
 * The relation of a new resource to a resource of another service, whose id it contains. One link leads to that resource,
 * and one link leads back to the list of related resources.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ParameterObject } from 'openapi3-ts/oas31';
import type { ObjectExpression } from 'oxc-parser';
import { ConfigError } from '../../config/config-error.ts';
import type { Contract } from '../../contract/contract.ts';
import { contractDocument } from '../../contract/document/document.ts';
import type { Operation } from '../../contract/operation.ts';
import { isResource } from '../../contract/resource.ts';
import { formats } from '../../hypermedia/formats/index.ts';
import type { FileChanges } from './changes.ts';
import { type Names, namesOf } from './names.ts';
import { folderOf } from './project.ts';
import { OTHER_NAME_HINT } from './reserved-words.ts';
import { EditableSource } from './source.ts';

export interface Relation {
  readonly names: Names;
  /** The operation that returns the related resource. */
  readonly operationId: string;
  readonly path: string;
  /** Its only path parameter. */
  readonly parameter: string;
  /** The id of a sample. */
  readonly example: string;
}

/** @throws ConfigError when no operation of the service returns one resource by its id */
export async function relationTo(root: string, service: string): Promise<Relation> {
  const { contract } = await loadContract(root, `${folderOf(service)}/contract.ts`);
  const items = contract.operations.filter(isItem);
  const operation = items.find(({ path }) => path.startsWith(`/${service}/`)) ?? items[0];
  const body = operation?.responses[200]?.body;
  const [parameter] = Object.keys(operation?.params?.shape ?? {});
  if (operation === undefined || parameter === undefined || !isResource(body))
    throw new ConfigError(
      `${service} has no GET operation that returns one resource by its id, so nothing can be related to it`,
    );
  return {
    names: namesOf(service, body.name),
    operationId: operation.operationId,
    path: operation.path,
    parameter,
    example: exampleOf(contract, operation),
  };
}

/** @throws ConfigError when the module cannot be loaded */
async function loadContract(root: string, path: string): Promise<{ readonly contract: Contract }> {
  try {
    return await import(pathToFileURL(join(root, path)).href);
  } catch (error) {
    const [line] = String((error as Error).message ?? error)
      .trim()
      .split('\n');
    throw new ConfigError(`${path} does not load, so nothing was changed; fix it first: ${line}`, error);
  }
}

/** Whether the operation is a GET of one resource whose path ends with its only parameter. */
const isItem = ({ method, path, responses }: Operation): boolean =>
  method === 'get' && /^[^{]*\{[^}]+\}$/.test(path) && isResource(responses[200]?.body);

function exampleOf(contract: Contract, { path }: Operation): string {
  const { parameters } = contractDocument(contract, formats).paths?.[path]?.get ?? {};
  const found = (parameters as ParameterObject[] | undefined)?.find((one) => one.in === 'path');
  return String(Object(found?.schema).example ?? '1');
}

/** The data for a link from the service `to` to the resource `names`. */
export interface LinkBack {
  /** The service of the related resource. */
  readonly to: string;
  readonly names: Names;
  readonly relation: Relation;
}

/** Adds the link from the related resource back to the new ones. */
export function addLinkBack(changes: FileChanges, { to, names, relation }: LinkBack): void {
  const contract = sourceOf(changes, `${folderOf(to)}/contract.ts`);
  const links = linksOf(contract, relation.operationId);
  const parameter = `${relation.names.one.camel}Id`;
  const own = names.many.camel;
  if (contract.members(links).has(own))
    throw new ConfigError(
      `${contract.file}: ${relation.operationId} already has a link ${own}; ${OTHER_NAME_HINT}`,
    );
  contract.append(
    contract.list(links),
    `${own}: { operationId: 'list${names.many.pascal}', parameters: { ${parameter}: '$response.body#/id' } }`,
  );
  changes.write(contract.file, contract.text);
  if (to !== names.service) link(changes, to, names.service);
}

/** Adds a contract to the linked contracts of a service. */
function link(changes: FileChanges, from: string, to: string): void {
  const main = sourceOf(changes, `${folderOf(from)}/main.ts`);
  const { spec } = serviceIn(main);
  const linked = main.objectAt(spec, 'linked');
  if (main.members(linked).has(to)) return;
  const { camel } = namesOf(to).many;
  main.append(main.list(linked), to === camel ? camel : `'${to}': ${camel}`);
  main.import(`import { contract as ${camel} } from '../${to}/contract.ts';`);
  changes.write(main.file, main.text);
}

/** The links of the response of an operation. */
export function linksOf(contract: EditableSource, operationId: string): ObjectExpression {
  for (const { spec } of contract.calls('operation')) {
    const id = contract.members(spec).get('operationId')?.value;
    if (id?.type !== 'Literal' || id.value !== operationId) continue;
    return contract.objectAt(spec, 'responses', '200', 'links');
  }
  throw new ConfigError(`${contract.file} has no operation ${operationId}`);
}

/** @throws ConfigError when the module does not call defineService */
export function serviceIn(main: EditableSource): { readonly spec: ObjectExpression } {
  const [service] = main.calls('defineService');
  if (service === undefined) throw new ConfigError(`${main.file} does not call defineService`);
  return service;
}

export const sourceOf = (changes: FileChanges, path: string): EditableSource =>
  new EditableSource(path, changes.read(path));
