/** Creates the representation of a state: its links and its allowed actions, independent of any format. */
import type { PageState } from '../contract/resource.ts';
import { href, type ParameterValue, withQuery } from '../http/uri/href.ts';
import type { ExpressionContext } from '../openapi/runtime-expression.ts';
import type { AffordanceTable } from './affordances/affordance.ts';
import { allowedRelations } from './affordances/affordance.ts';
import { ALLOWS_ALL, type Allows, type GraphOperation, isAction, isForm, type Shape } from './graph/model.ts';
import { linkValue } from './graph/resolve-link.ts';
import { type Action, actionOf, type LinkValue, type Representation } from './representation.ts';

/** The parts of the request that links depend on. */
export interface RequestParts extends Pick<ExpressionContext, 'path' | 'query'> {
  /** What the caller may call. Without it, everything is offered. */
  readonly allows?: Allows | undefined;
}

export class Representer {
  readonly #tables: ReadonlyMap<string, AffordanceTable>;

  constructor(tables: readonly AffordanceTable[]) {
    this.#tables = new Map(tables.map((table) => [table.resource.name, table]));
  }

  resource(shape: Shape, state: Readonly<Record<string, unknown>>, request: RequestParts): Representation {
    const { path, query, allows = ALLOWS_ALL } = request;
    const context: ExpressionContext = { path, query, body: state };
    const allowedActions = this.#offered(shape, state);
    const links = new Map<string, LinkValue | readonly LinkValue[]>();
    const actions: Action[] = [];
    for (const link of shape.links.values()) {
      if ((isAction(link) && !allowedActions.has(link.rel)) || !allows(link.target)) continue;
      const value = linkValue(link, context);
      if (value === undefined) continue;
      links.set(link.rel, value);
      if (isForm(link) && 'href' in value) actions.push(actionOf(link, value.href, allows));
    }
    return { name: shape.name, state, links, actions };
  }

  /** The address of a resource, which identifies it even if the caller may not read it. */
  self(shape: Shape, state: unknown, { path, query }: RequestParts): string | undefined {
    const link = shape.links.get('self');
    const value = link && linkValue(link, { path, query, body: state });
    return value !== undefined && 'href' in value ? value.href : undefined;
  }

  /** @param self path and query of the requested page, without `expand` */
  page(
    operation: GraphOperation,
    { items, next, prev, total }: PageState<Record<string, unknown>>,
    self: string,
    request: RequestParts,
  ): Representation {
    const { shape } = operation;
    if (shape?.item === undefined) throw new Error(`${operation.operationId} has no items in its document`);
    const { item } = shape;
    const page = this.resource(shape, total === undefined ? {} : { total }, request);
    const at = (cursor: string | undefined): LinkValue => ({ href: withQuery(self, [['cursor', cursor]]) });
    const { allows = ALLOWS_ALL } = request;
    const search = allows(operation) ? searchTemplate(operation, request) : undefined;
    const paging: [string, LinkValue][] = [
      ['self', { href: self }],
      ['first', at(undefined)],
      ...(prev === undefined ? [] : [['prev', at(prev)] as [string, LinkValue]]),
      ...(next === undefined ? [] : [['next', at(next)] as [string, LinkValue]]),
      ...(search === undefined ? [] : [['search', search] as [string, LinkValue]]),
    ];
    return {
      ...page,
      links: new Map([...paging, ...page.links]),
      items: items.map((state) => this.resource(item, state, request)),
    };
  }

  /** The actions that the state allows; empty if no table exists for the shape. */
  #offered(shape: Shape, state: unknown): ReadonlySet<string> {
    const table = this.#tables.get(shape.name);
    return new Set(table === undefined ? [] : allowedRelations(table, state as never));
  }
}

/** The URI template of a collection with all its query parameters, except the cursor, which only links contain. */
function searchTemplate({ path, query }: GraphOperation, request: RequestParts): LinkValue | undefined {
  const collection = href(path, Object.entries(request.path) as [string, ParameterValue][]);
  const variables = query.map(({ name }) => name).filter((name) => name !== 'cursor');
  if (collection === undefined || variables.length === 0) return undefined;
  return { href: `${collection}{?${variables.join(',')}}`, templated: true };
}
