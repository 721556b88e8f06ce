/** Resolves a link of the graph for a state, if its expressions have values. */

import { href } from '../../http/uri/href.ts';
import type { ExpressionContext } from '../../openapi/runtime-expression.ts';
import { valueAt } from '../../openapi/value-at.ts';
import type { LinkValue } from '../representation.ts';
import type { Link } from './model.ts';

/** The link value for a state; undefined if a path parameter has no value. */
export function linkValue(
  link: Link,
  context: ExpressionContext,
): LinkValue | readonly LinkValue[] | undefined {
  if (link.each === undefined) return resolveOne(link, context);
  const elements = valueAt(context.body, link.each);
  if (!Array.isArray(elements)) return undefined;
  const values = elements
    .map((_, index) => resolveOne(link, context, index))
    .filter((value) => value !== undefined);
  return [...new Map(values.map((value) => [value.href, value])).values()];
}

function resolveOne(
  { target, parameters }: Link,
  context: ExpressionContext,
  index?: number,
): LinkValue | undefined {
  const address = href(
    target.path,
    parameters.map(([name, expression]) => [name, expression(context, index)] as const),
  );
  return address === undefined ? undefined : { href: address };
}
