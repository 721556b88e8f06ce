/**
 * A lifted body as plain JSON: what the service answered, with `_links` and what was embedded put in where they
 * belong. No member moves and none changes its type, so that a client that knows of no links is not disturbed.
 */
import { valueAt } from '../expression.ts';
import type { Body } from '../formats/format.ts';
import type { Shape } from '../graph.ts';
import { isObject } from '../is-object.ts';

/** @param hal the body that was made of it */
export function inPlace(original: object, hal: Body, { itemsAt }: Pick<Shape, 'itemsAt'>): unknown {
  if (itemsAt === undefined || !Array.isArray(valueAt(original, itemsAt))) return slim(hal);
  const { _embedded, _expandErrors, ...whole } = hal;
  const { item: bodies, ...embedded } = _embedded as { item: Body[] };
  const elements = valueAt(original, itemsAt) as unknown[];
  const item = bodies.map((body, index) => (isObject(elements[index]) ? slim(body) : elements[index]));
  const [list] = itemsAt;
  // An array has no place for what could not be embedded, so it stands with the items that lack it.
  if (list === undefined)
    return item.map((one) =>
      isObject(one) ? withErrors(one, _expandErrors as ExpandError[] | undefined) : one,
    );
  const names = Object.keys(original);
  const members = names.filter((name) => name === list || name in whole);
  return {
    ...Object.fromEntries(members.map((name) => [name, name === list ? item : whole[name]])),
    ...whole,
    ...(Object.keys(embedded).length > 0 && { _embedded: embedded }),
    ...(_expandErrors !== undefined && { _expandErrors }),
  };
}

/** What leads nowhere is as it came. */
function slim(body: Body): Body {
  const { _links, ...state } = body;
  return Object.keys(_links as Body).length === 0 ? state : body;
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
