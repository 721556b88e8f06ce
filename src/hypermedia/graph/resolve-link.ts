/** A link of the graph → the links of a state, where its expressions have values. */

import { href } from '../../http/uri/href.ts';
import type { ExpressionContext } from '../../openapi/runtime-expression.ts';
import { valueAt } from '../../openapi/value-at.ts';
import type { LinkValue } from '../representation.ts';
import type { Link } from './model.ts';

/** The href of a link for a state; undefined where a parameter of the path has no value. */
export function linkValue(
  link: Link,
  exchange: ExpressionContext,
): LinkValue | readonly LinkValue[] | undefined {
  if (link.each === undefined) return resolveOne(link, exchange);
  const elements = valueAt(exchange.body, link.each);
  if (!Array.isArray(elements)) return undefined;
  const values = elements
    .map((_, index) => resolveOne(link, exchange, index))
    .filter((value) => value !== undefined);
  return [...new Map(values.map((value) => [value.href, value])).values()];
}

function resolveOne(
  { target, parameters }: Link,
  exchange: ExpressionContext,
  index?: number,
): LinkValue | undefined {
  const made = href(
    target.path,
    parameters.map(([name, expression]) => [name, expression(exchange, index)] as const),
  );
  return made === undefined ? undefined : { href: made };
}
