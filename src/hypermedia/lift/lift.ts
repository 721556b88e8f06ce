/**
 * Lifting: what a service answers that knows nothing of links → a representation with the links that its document
 * declares (OpenAPI 3.1 §4.8.20), wherever in the body their schemas stand.
 */
import { memberKey, memberName } from '../../codecs/exact-json.ts';
import { isJsonObject } from '../../openapi/is-object.ts';
import type { ExpressionContext } from '../../openapi/runtime-expression.ts';
import { valueAt } from '../../openapi/value-at.ts';
import type { Body } from '../formats/format.ts';
import type { LinkGraph } from '../graph/link-graph.ts';
import { type GraphOperation, isForm, type Link } from '../graph/model.ts';
import { linkValue } from '../graph/resolve-link.ts';
import type { RequestParts } from '../represent.ts';
import type { Action, LinkValue, Representation } from '../representation.ts';
import { leadsOn, SpotFinder, type Spots } from './spots.ts';

/** What is known of an operation that is lifted, made when its document is loaded. */
export interface Lifting {
  readonly operation: GraphOperation;
  readonly whole: Spots;
  /** Of a list: its items. */
  readonly item?: Spots;
}

/** The answer that is lifted, beside its body. */
export interface LiftRequest extends RequestParts {
  /** Links that it had already, and where it was asked for. */
  readonly links: ReadonlyMap<string, LinkValue>;
  /** Whether what the body says itself of links and actions stays whole; an example has only those that lead somewhere. */
  readonly keepsOwn?: boolean;
  /** A link of the body's own, as a path here; undefined where nothing serves it. */
  local(href: string): string | undefined;
}

/** Finds what there is to lift in the answers of one service. */
export class Lifter {
  readonly #finder: SpotFinder;

  constructor(service: string, document: object, graph: LinkGraph) {
    const linked = graph.shapesOf(service).filter(({ links }) => links.size > 0);
    this.#finder = new SpotFinder(document, new Map(linked.map((shape) => [shape.name, shape])));
  }

  /** @returns undefined where it answers with no JSON */
  of(operation: GraphOperation): Lifting | undefined {
    const { shape, body } = operation;
    if (shape === undefined || body === undefined) return undefined;
    const whole = this.#finder.find(body.schema, shape);
    const item = shape.item && body.items && this.#finder.find(body.items.schema, shape.item);
    return { operation, whole, ...(item && { item }) };
  }
}

/** Whether links hold for anything in an answer, or lead to it: then it is brought along by who expands. */
export const isLinked = ({ operation, whole, item }: Lifting, graph: LinkGraph): boolean =>
  graph.isTarget(operation) || leadsOn(whole) || (item !== undefined && leadsOn(item));

/** @param body an object, or of a list an array */
export function lift(
  body: object,
  { operation, whole, item }: Lifting,
  request: LiftRequest,
): Representation {
  const { name, item: items, itemsAt = [] } = operation.shape ?? { name: operation.operationId };
  const elements = item === undefined ? undefined : valueAt(body, itemsAt);
  if (item === undefined || !Array.isArray(elements)) {
    const resource = represent(name, body as Body, whole, request);
    return { ...resource, links: new Map([...request.links, ...resource.links]) };
  }
  const [list] = itemsAt;
  const page = represent(name, list === undefined ? {} : without(body as Body, list), whole, request);
  return {
    ...page,
    links: new Map([...request.links, ...page.links]),
    items: elements.map((one) => represent(items?.name ?? name, toObject(one), item, request)),
  };
}

function without(body: Body, name: string): Body {
  const left = memberKey(body, name);
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== left));
}

/** An element that is no object has no members, and no links. */
const toObject = (element: unknown): Body => (isJsonObject(element) ? element : { value: element });

function represent(name: string, value: Body, spots: Spots, request: LiftRequest): Representation {
  // They have a meaning here that they need not have there: what cannot mean that is no part of it.
  const { _links, _templates, _expandErrors, _embedded, ...own } = value;
  const links = linksOf(value, spots, request);
  const actions = [...(spots.shape?.links.values() ?? [])].filter(isForm).flatMap((link): Action[] => {
    const target = links.get(link.rel);
    return target !== undefined && 'href' in target
      ? [{ rel: link.rel, operation: link.target, target: target.href }]
      : [];
  });
  const state = {
    ...within(own, spots, request),
    ...(request.keepsOwn && isJsonObject(_templates) && { _templates }),
    ...(request.keepsOwn && Array.isArray(_expandErrors) && { _expandErrors }),
    ...(isEmbedded(_embedded) && { _embedded }),
  };
  return { name, state, links, actions };
}

/** Whether there is a link in it that the service did not send: then it is another representation. */
export const hasLinks = ({ links, state, items = [] }: Representation, body: object): boolean =>
  links.size > 0 ||
  items.length > 0 ||
  Object.entries(state).some(([key, value]) => value !== (body as Body)[key]);

/** Whether it holds resources, as HAL (§4.1.2) has it. */
const isEmbedded = (value: unknown): boolean =>
  isJsonObject(value) && Object.values(value).every((parts) => [parts].flat().every(isJsonObject));

type Links = Map<string, LinkValue | readonly LinkValue[]>;

function linksOf(value: Body, { shape }: Spots, request: LiftRequest): Links {
  const exchange: ExpressionContext = { path: request.path, query: request.query, body: value };
  const declared = [...(shape?.links.values() ?? [])].flatMap(
    (link): [string, LinkValue | readonly LinkValue[]][] => {
      const made = isComplete(link, exchange) ? linkValue(link, exchange) : undefined;
      return made === undefined ? [] : [[link.rel, made]];
    },
  );
  const others = localLinks(value.links, request);
  // What a service says itself goes before what its document says.
  if (request.keepsOwn) return new Map([...others, ...declared, ...ownLinks(value._links)]);
  return new Map([...others, ...localLinks(value._links, request), ...declared]);
}

/** In a list less is known than at an item's own address, and a filter left out would lead to more than was meant. */
const isComplete = ({ parameters, each }: Link, exchange: ExpressionContext): boolean =>
  each !== undefined || parameters.every(([, expression]) => expression(exchange) !== undefined);

/** Links as JSON:API (1.1, "Links") writes them: an address, or an object that has one. */
function localLinks(links: unknown, { local }: LiftRequest): [string, LinkValue][] {
  if (!isJsonObject(links)) return [];
  return Object.entries(links).flatMap(([key, link]): [string, LinkValue][] => {
    const href = typeof link === 'string' ? link : (link as { href?: unknown } | null)?.href;
    const path = typeof href === 'string' ? local(href) : undefined;
    return path === undefined ? [] : [[memberName(key), { href: path }]];
  });
}

/** Links as HAL has them (§5), whole: with whatever they say beside their address, wherever they lead. */
function ownLinks(links: unknown): [string, LinkValue | readonly LinkValue[]][] {
  if (!isJsonObject(links)) return [];
  return Object.entries(links).flatMap(([key, link]): [string, LinkValue | readonly LinkValue[]][] => {
    if (Array.isArray(link)) {
      const all = link.filter(isLinkObject);
      return all.length === 0 ? [] : [[key, all.map((one) => ({ ...one }))]];
    }
    if (typeof link === 'string') return [[key, { href: link }]];
    return isLinkObject(link) ? [[key, { ...link }]] : [];
  });
}

const isLinkObject = (value: unknown): value is Body & LinkValue =>
  isJsonObject(value) && typeof value.href === 'string';

/**
 * Resources within a resource stay where they are, with their links.
 * @returns the same state where nothing in it has some
 */
function within(state: Body, { members }: Spots, request: LiftRequest): Body {
  if (members.size === 0) return state;
  let isChanged = false;
  const made = Object.entries(state).map(([key, value]): [string, unknown] => {
    const spots = members.get(memberName(key));
    const lifted = spots === undefined ? value : nested(value, spots, request);
    isChanged ||= lifted !== value;
    return [key, lifted];
  });
  return isChanged ? Object.fromEntries(made) : state;
}

function nested(value: unknown, spots: Spots, request: LiftRequest): unknown {
  if (Array.isArray(value)) {
    const made = value.map((element) => nested(element, spots, request));
    return made.some((element, index) => element !== value[index]) ? made : value;
  }
  if (!isJsonObject(value)) return value;
  const state = within(value, spots, request);
  // One that has something else there keeps that.
  if (spots.shape === undefined || !(value._links === undefined || isJsonObject(value._links))) return state;
  const links = linksOf(value, spots, request);
  if (!request.keepsOwn) return links.size === 0 ? state : { ...state, _links: Object.fromEntries(links) };
  const added = [...links].filter(
    ([rel]) => !isJsonObject(value._links) || !Object.hasOwn(value._links, rel),
  );
  return added.length === 0
    ? state
    : { ...state, _links: { ...(value._links as Body | undefined), ...Object.fromEntries(added) } };
}
