/**
 * Chooses a sample request: the entry point that embeds the most resources. These come from the example in its document,
 * or from the relations that lead from its items to other services.
 */
import type { OperationObject, ParameterObject } from 'openapi3-ts/oas31';
import type { ServiceDocument } from '../../../openapi/service-document.ts';
import { type EntryPoint, entryPointsOf } from './entry-points.ts';

const RELATIONS = 2;

/** Path and query. They need quotes in a shell. */
export function samplePath(services: readonly ServiceDocument[]): string {
  const entries = services.flatMap(entryPointsOf).filter(({ href }) => !href.includes('{'));
  const [best] = entries
    .map((entry) => ({ href: entry.href, relations: relationsOf(services, entry) }))
    .sort((a, b) => b.relations.length - a.relations.length);
  if (!best) return '/openapi.json';
  const { href, relations } = best;
  return relations.length > 0 ? `${href}?expand=${relations.join(',')}` : href;
}

function relationsOf(
  services: readonly ServiceDocument[],
  { service, href, operation }: EntryPoint,
): string[] {
  const expand = expandOf(operation);
  const example = expand?.example ?? Object(expand?.schema).example;
  if (example !== undefined) return [example].flat();
  return expand ? itemRelations(services, service, href) : [];
}

const expandOf = (operation: OperationObject | undefined): ParameterObject | undefined =>
  operation?.parameters?.find(
    (parameter): parameter is ParameterObject => 'name' in parameter && parameter.name === 'expand',
  );

/** An item has the same relations as the list that contains it. */
function itemRelations(services: readonly ServiceDocument[], service: string, href: string): string[] {
  const others = services.filter(({ name }) => name !== service);
  const readable = new Set(others.flatMap(({ document }) => readableIds(document.paths ?? {})));
  const paths = services.find(({ name }) => name === service)?.document.paths ?? {};
  const item = Object.entries(paths).find(
    ([path, { get }]) => path.startsWith(`${href}/{`) && path.endsWith('}') && expandOf(get),
  )?.[1].get;
  const links: Record<string, { operationId?: string; 'x-each'?: string }> =
    Object(item?.responses)['200']?.links ?? {};
  return Object.entries(links)
    .filter(([, link]) => !link['x-each'] && readable.has(link.operationId ?? ''))
    .map(([rel]) => rel)
    .slice(0, RELATIONS);
}

const readableIds = (paths: Record<string, { get?: OperationObject }>): string[] =>
  Object.values(paths).flatMap((item) => item?.get?.operationId ?? []);
