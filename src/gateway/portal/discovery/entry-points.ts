/**
 * Finds the operations that `/` links to. A document marks them with `x-entry: <rel>`. Without a mark, the entry point is
 * the first path that can be read without parameters.
 */
import type { OpenAPIObject, OperationObject, PathItemObject } from 'openapi3-ts/oas31';
import { operationName } from '../../../hypermedia/graph/graph-operation.ts';
import type { LinkValue } from '../../../hypermedia/representation.ts';
import type { ServiceDocument } from '../../../openapi/service-document.ts';

export interface EntryPoint {
  readonly service: string;
  readonly rel: string;
  readonly href: string;
  readonly title: string;
  readonly operation: OperationObject;
  readonly operationId: string;
}

const ENTRY = 'x-entry';

export function entryPointsOf({ name, document }: ServiceDocument): EntryPoint[] {
  const readable = operations(document);
  const marked = readable.filter(({ operation }) => typeof operation[ENTRY] === 'string');
  const chosen = marked.length > 0 ? marked : readable.filter(isConcrete).slice(0, 1);
  return chosen.map(({ path, operation }) => ({
    service: name,
    rel: typeof operation[ENTRY] === 'string' ? operation[ENTRY] : name,
    href: path,
    title: operation.summary ?? document.info.title,
    operation,
    operationId: operation.operationId ?? operationName('get', path),
  }));
}

interface ReadOperation {
  readonly path: string;
  readonly item: PathItemObject;
  readonly operation: OperationObject;
}

const operations = ({ paths }: OpenAPIObject): ReadOperation[] =>
  Object.entries(paths ?? {}).flatMap(([path, item]) =>
    path.startsWith('/') && item?.get ? [{ path, item, operation: item.get }] : [],
  );

const isConcrete = ({ path, item, operation }: ReadOperation): boolean =>
  !path.includes('{') &&
  ![...(item.parameters ?? []), ...(operation.parameters ?? [])].some(
    (parameter) => parameter && 'required' in parameter && parameter.required,
  );

/** Links by relation. If several services use the same relation, it is a list whose items differ by `name`. */
export function entryLinks(entries: readonly EntryPoint[]): Map<string, LinkValue | LinkValue[]> {
  return new Map(
    [...Map.groupBy(entries, ({ rel }) => rel)].map(([rel, group]) => {
      const links = group.map(({ service, href, title }) => ({
        href,
        ...(href.includes('{') && { templated: true as const }),
        title,
        ...(group.length > 1 && { name: service }),
      }));
      const [first, ...others] = links;
      return [rel, first !== undefined && others.length === 0 ? first : links] as const;
    }),
  );
}
