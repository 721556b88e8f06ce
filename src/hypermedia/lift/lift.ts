/**
 * Lifting: adds links that the document declares (OpenAPI 3.1 §4.8.20) to the responses of a service without links,
 * wherever their schemas appear in the body.
 */
import { memberKey, memberName } from '../../codecs/exact-json.ts';
import { isJsonObject } from '../../openapi/is-object.ts';
import type { ExpressionContext } from '../../openapi/runtime-expression.ts';
import { valueAt } from '../../openapi/value-at.ts';
import type { Body } from '../formats/format.ts';
import type { LinkGraph } from '../graph/link-graph.ts';
import { ALLOWS_ALL, type GraphOperation, isForm, type Link } from '../graph/model.ts';
import { linkValue } from '../graph/resolve-link.ts';
import type { RequestParts } from '../represent.ts';
import { type Action, actionOf, type LinkValue, type Representation } from '../representation.ts';
import { containsLinks, type LinkLocations, LinkLocator } from './link-locations.ts';

/** The locations of links in the responses of an operation, found when its document is loaded. */
export interface Lifting {
  readonly operation: GraphOperation;
  readonly locations: LinkLocations;
  /** In each item, where the body is a list. */
  readonly itemLocations?: LinkLocations;
}

/** The response to lift, besides its body. */
export interface LiftRequest extends RequestParts {
  /** Links that the response already has, and its own URL. */
  readonly links: ReadonlyMap<string, LinkValue>;
  /**
   * Whether links and actions of the body itself are kept unchanged. For examples, only links with a known target
   * are kept.
   */
  readonly keepsOwnLinks?: boolean;
  /** Converts a link of the body to a path of the gateway; undefined if no operation serves it. */
  localPath(href: string): string | undefined;
}

/** Finds the link locations in the responses of one service. */
export class Lifter {
  readonly #locator: LinkLocator;

  constructor(service: string, document: object, graph: LinkGraph) {
    const linked = graph.shapesOf(service).filter(({ links }) => links.size > 0);
    this.#locator = new LinkLocator(document, new Map(linked.map((shape) => [shape.name, shape])));
  }

  /** @returns undefined if the operation has no JSON response */
  of(operation: GraphOperation): Lifting | undefined {
    const { shape, body } = operation;
    if (shape === undefined || body === undefined) return undefined;
    const locations = this.#locator.locate(body.schema, shape);
    const itemLocations = shape.item && body.items && this.#locator.locate(body.items.schema, shape.item);
    return { operation, locations, ...(itemLocations && { itemLocations }) };
  }
}

/** Whether responses contain links, or links lead to the operation so that an expansion may embed them. */
export const isLinked = ({ operation, locations, itemLocations }: Lifting, graph: LinkGraph): boolean =>
  graph.isTarget(operation) ||
  containsLinks(locations) ||
  (itemLocations !== undefined && containsLinks(itemLocations));

/** @param body an object, or an array for a list */
export function lift(
  body: object,
  { operation, locations, itemLocations }: Lifting,
  request: LiftRequest,
): Representation {
  const { name, item: items, itemsAt = [] } = operation.shape ?? { name: operation.operationId };
  const elements = itemLocations === undefined ? undefined : valueAt(body, itemsAt);
  if (itemLocations === undefined || !Array.isArray(elements)) {
    const resource = liftResource(name, body as Body, locations, request);
    return { ...resource, links: new Map([...request.links, ...resource.links]) };
  }
  const [list] = itemsAt;
  const page = liftResource(
    name,
    list === undefined ? {} : omitMember(body as Body, list),
    locations,
    request,
  );
  return {
    ...page,
    links: new Map([...request.links, ...page.links]),
    items: elements.map((one) => liftResource(items?.name ?? name, toBody(one), itemLocations, request)),
  };
}

function omitMember(body: Body, name: string): Body {
  const omittedKey = memberKey(body, name);
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== omittedKey));
}

/** An element that is no object becomes an object without links. */
const toBody = (element: unknown): Body => (isJsonObject(element) ? element : { value: element });

function liftResource(
  name: string,
  value: Body,
  locations: LinkLocations,
  request: LiftRequest,
): Representation {
  // These names have a meaning in HAL. Values that cannot have that meaning are not part of it.
  const { _links, _templates, _expandErrors, _embedded, ...own } = value;
  const { allows = ALLOWS_ALL } = request;
  const links = linksOf(value, locations, request);
  const actions = offeredLinks(locations, request)
    .filter(isForm)
    .flatMap((link): Action[] => {
      const target = links.get(link.rel);
      return target !== undefined && 'href' in target ? [actionOf(link, target.href, allows)] : [];
    });
  const state = {
    ...liftMembers(own, locations, request),
    ...(request.keepsOwnLinks && isJsonObject(_templates) && { _templates }),
    ...(request.keepsOwnLinks && Array.isArray(_expandErrors) && { _expandErrors }),
    ...(isEmbedded(_embedded) && { _embedded }),
  };
  return { name, state, links, actions };
}

/** Whether the representation has links that the service did not send. */
export const hasGeneratedLinks = ({ links, state, items = [] }: Representation, body: object): boolean =>
  links.size > 0 ||
  items.length > 0 ||
  Object.entries(state).some(([key, value]) => value !== (body as Body)[key]);

/** Whether the value contains resources, as in HAL (§4.1.2). */
const isEmbedded = (value: unknown): boolean =>
  isJsonObject(value) && Object.values(value).every((parts) => [parts].flat().every(isJsonObject));

/** The links of the document that the caller may follow. */
function offeredLinks({ shape }: LinkLocations, { allows = ALLOWS_ALL }: LiftRequest): Link[] {
  return [...(shape?.links.values() ?? [])].filter(({ target }) => allows(target));
}

type LinkMap = Map<string, LinkValue | readonly LinkValue[]>;

function linksOf(value: Body, locations: LinkLocations, request: LiftRequest): LinkMap {
  const context: ExpressionContext = { path: request.path, query: request.query, body: value };
  const declared = offeredLinks(locations, request).flatMap(
    (link): [string, LinkValue | readonly LinkValue[]][] => {
      const result = isComplete(link, context) ? linkValue(link, context) : undefined;
      return result === undefined ? [] : [[link.rel, result]];
    },
  );
  const others = localLinks(value.links, request);
  // Links of the service take precedence over links of its document.
  if (request.keepsOwnLinks) return new Map([...others, ...declared, ...halLinks(value._links)]);
  return new Map([...others, ...localLinks(value._links, request), ...declared]);
}

/**
 * Requires all parameters: an item in a list has less information than the resource itself, and a missing filter
 * would select too much.
 */
const isComplete = ({ parameters, each }: Link, context: ExpressionContext): boolean =>
  each !== undefined || parameters.every(([, expression]) => expression(context) !== undefined);

/** Links in the form of JSON:API (1.1, "Links"): a URL, or an object with one. */
function localLinks(links: unknown, { localPath }: LiftRequest): [string, LinkValue][] {
  if (!isJsonObject(links)) return [];
  return Object.entries(links).flatMap(([key, link]): [string, LinkValue][] => {
    const href = typeof link === 'string' ? link : (link as { href?: unknown } | null)?.href;
    const path = typeof href === 'string' ? localPath(href) : undefined;
    return path === undefined ? [] : [[memberName(key), { href: path }]];
  });
}

/** Links in the form of HAL (§5), unchanged and including links to other servers. */
function halLinks(links: unknown): [string, LinkValue | readonly LinkValue[]][] {
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
 * Adds links to nested resources in place.
 * @returns the same state if nothing changed
 */
function liftMembers(state: Body, { members }: LinkLocations, request: LiftRequest): Body {
  if (members.size === 0) return state;
  let isChanged = false;
  const result = Object.entries(state).map(([key, value]): [string, unknown] => {
    const locations = members.get(memberName(key));
    const lifted = locations === undefined ? value : liftValue(value, locations, request);
    isChanged ||= lifted !== value;
    return [key, lifted];
  });
  return isChanged ? Object.fromEntries(result) : state;
}

function liftValue(value: unknown, locations: LinkLocations, request: LiftRequest): unknown {
  if (Array.isArray(value)) {
    const result = value.map((element) => liftValue(element, locations, request));
    return result.some((element, index) => element !== value[index]) ? result : value;
  }
  if (!isJsonObject(value)) return value;
  const state = liftMembers(value, locations, request);
  // A nested resource whose `_links` has another meaning stays unchanged.
  if (locations.shape === undefined || !(value._links === undefined || isJsonObject(value._links)))
    return state;
  const links = linksOf(value, locations, request);
  if (!request.keepsOwnLinks)
    return links.size === 0 ? state : { ...state, _links: Object.fromEntries(links) };
  const added = [...links].filter(
    ([rel]) => !isJsonObject(value._links) || !Object.hasOwn(value._links, rel),
  );
  return added.length === 0
    ? state
    : { ...state, _links: { ...(value._links as Body | undefined), ...Object.fromEntries(added) } };
}
