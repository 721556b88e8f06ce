/**
 * Adds links to a plain JSON body in place: the response of the service, with `_links` and embedded resources. No
 * member moves or changes its type, so that clients that do not use links are not affected.
 */
import { memberKey } from '../../codecs/exact-json.ts';
import { isJsonObject } from '../../openapi/is-object.ts';
import { valueAt } from '../../openapi/value-at.ts';
import type { Body } from '../formats/format.ts';
import type { Shape } from '../graph/model.ts';
import { HYPERMEDIA_MEMBERS } from '../hypermedia-members.ts';

/** @param hal the HAL body that was created from it */
export function mergeIntoOriginal(original: object, hal: Body, { itemsAt }: Pick<Shape, 'itemsAt'>): unknown {
  const elements = itemsAt && valueAt(original, itemsAt);
  if (itemsAt === undefined || !Array.isArray(elements)) return mergeOrdered(original as Body, hal);
  const { _embedded, _expandErrors, ...page } = hal;
  const { item: bodies, ...embedded } = _embedded as { item: Body[] };
  const item = bodies.map((body, index) => {
    const element = elements[index];
    return isJsonObject(element) ? mergeOrdered(element, body) : element;
  });
  const [list] = itemsAt;
  // An array cannot hold errors, so they stay with the affected items.
  if (list === undefined)
    return item.map((one) =>
      isJsonObject(one) ? withErrors(one, _expandErrors as ExpandError[] | undefined) : one,
    );
  return mergeOrdered(original as Body, {
    ...page,
    [memberKey(original, list) ?? list]: item,
    ...(Object.keys(embedded).length > 0 && { _embedded: embedded }),
    ...(_expandErrors !== undefined && { _expandErrors }),
  });
}

/**
 * The members of a body in their original order, then the added ones. Original members that have a hypermedia name
 * and another meaning stay unchanged.
 */
function mergeOrdered(original: Body, body: Body): Body {
  const names = Object.keys(original);
  const _links = mergeLinks(original, body);
  const members = names.flatMap((name): [string, unknown][] => {
    if (name === '_links') return [[name, _links]];
    if (Object.hasOwn(body, name)) return [[name, body[name]]];
    return HYPERMEDIA_MEMBERS.has(name) ? [[name, original[name]]] : [];
  });
  const added = Object.entries(body).filter(([name]) => name !== '_links' && !Object.hasOwn(original, name));
  const isLinked = _links !== undefined && !Object.hasOwn(original, '_links');
  return Object.fromEntries([...members, ...(isLinked ? [['_links', _links] as const] : []), ...added]);
}

/** Links without a known target stay unchanged. */
function mergeLinks(original: Body, { _links: generated }: Body): unknown {
  const own = original._links;
  const links = generated as Readonly<Record<string, unknown>>;
  if (own === undefined) return Object.keys(links).length === 0 ? undefined : links;
  if (!isJsonObject(own)) return own;
  const existing = Object.entries(own).map(([rel, link]) => [rel, originalForm(link, links[rel])] as const);
  return {
    ...Object.fromEntries(existing),
    ...Object.fromEntries(Object.entries(links).filter(([rel]) => !Object.hasOwn(own, rel))),
  };
}

/** Links that are not in HAL form keep their form, but their target may have changed. */
function originalForm(own: unknown, generated: unknown): unknown {
  if (typeof own === 'string' && isJsonObject(generated)) return generated.href;
  if (Array.isArray(own))
    return Array.isArray(generated) && generated.length === own.length ? generated : own;
  return isJsonObject(own) && isJsonObject(generated) ? generated : own;
}

interface ExpandError {
  readonly path: string;
  readonly href: string;
}

function withErrors(item: Body, errors: readonly ExpandError[] = []): Body {
  const own = errors.filter(({ path, href }) => leadsTo(item, path.split('.'), href));
  return own.length === 0 ? item : { ...item, _expandErrors: own };
}

function leadsTo(body: Body, [rel = '', ...deeper]: readonly string[], href: string): boolean {
  if (deeper.length === 0)
    return [(body._links as Body | undefined)?.[rel] ?? []]
      .flat()
      .some((link) => (link as Body).href === href);
  const parts = [(body._embedded as Body | undefined)?.[rel] ?? []].flat() as Body[];
  return parts.some((part) => {
    const items = (part._embedded as { item?: Body[] } | undefined)?.item;
    return (Array.isArray(items) ? items : [part]).some((one) => leadsTo(one, deeper, href));
  });
}
