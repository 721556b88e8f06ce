/**
 * What a new resource is related to: one resource of another service, that it has the id of. A link leads there, and
 * one leads back from there to the list of those that have it.
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
  /** The operation that answers for one of them. */
  readonly operationId: string;
  readonly path: string;
  /** Its one path parameter. */
  readonly parameter: string;
  /** An id that is there from the first start. */
  readonly example: string;
}

/** @throws ConfigError when no operation of the service answers for one resource by its id alone */
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

/** @throws ConfigError when what a person wrote there does not run */
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

/** A GET of one resource whose path ends with its id, and has no other parameter. */
const isItem = ({ method, path, responses }: Operation): boolean =>
  method === 'get' && /^[^{]*\{[^}]+\}$/.test(path) && isResource(responses[200]?.body);

function exampleOf(contract: Contract, { path }: Operation): string {
  const { parameters } = contractDocument(contract, formats).paths?.[path]?.get ?? {};
  const found = (parameters as ParameterObject[] | undefined)?.find((one) => one.in === 'path');
  return String(Object(found?.schema).example ?? '1');
}

/** The links and the contract by which `to` knows what leads to it from `names`. */
export interface LinkBack {
  /** The service that is related to. */
  readonly to: string;
  readonly names: Names;
  readonly relation: Relation;
}

/** Lets the resource that is related to lead to those that are. */
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

/** Names a contract among those that a service links to. */
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

/** The links of what an operation answers with. */
export function linksOf(contract: EditableSource, operationId: string): ObjectExpression {
  for (const { spec } of contract.calls('operation')) {
    const id = contract.members(spec).get('operationId')?.value;
    if (id?.type !== 'Literal' || id.value !== operationId) continue;
    return contract.objectAt(spec, 'responses', '200', 'links');
  }
  throw new ConfigError(`${contract.file} has no operation ${operationId}`);
}

/** @throws ConfigError when it declares none */
export function serviceIn(main: EditableSource): { readonly spec: ObjectExpression } {
  const [service] = main.calls('defineService');
  if (service === undefined) throw new ConfigError(`${main.file} does not call defineService`);
  return service;
}

export const sourceOf = (changes: FileChanges, path: string): EditableSource =>
  new EditableSource(path, changes.read(path));
