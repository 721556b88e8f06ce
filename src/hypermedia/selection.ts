/** The requested part of a resource and of its relations: `expand` and `fields`, planned before anything is sent. */
import type { ExpandLimits } from '../config/limits.ts';
import { SELECTION_PARAMETERS, withoutSelection, withQuery } from '../http/uri/href.ts';
import { formatExpand, parseExpand } from './expand/parse.ts';
import { type EmbedsPredicate, type PlanNode, planExpand, pushdown } from './expand/plan.ts';
import { type FieldSelection, impliedPaths, planFields } from './fields/plan.ts';
import type { Allows, GraphOperation } from './graph/model.ts';

/** Relations to the same resource or to other pages, whose links keep the selection. */
export const SELF_AND_PAGING: readonly string[] = ['self', 'first', 'prev', 'next', 'last'];

export interface Selection {
  readonly plan: readonly PlanNode[];
  /** The client's `expand`, for the paging links. */
  readonly expand: string | undefined;
  readonly fields: FieldSelection | undefined;
}

/**
 * @param query of an operation that accepts both parameters
 * @param allows what the caller may call; without it, nothing is refused
 * @throws Problem expand-unknown, fields-unknown, expand-limit (400)
 */
export function planSelection(
  query: URLSearchParams,
  operation: GraphOperation,
  embeds: EmbedsPredicate,
  limits: ExpandLimits,
  allows?: Allows,
): Selection {
  const fields = planFields(query.getAll('fields'), operation);
  const { paths } = parseExpand(query.getAll('expand'));
  // Fields of another resource require its expansion.
  const requested = parseExpand(fields === undefined ? paths : [...paths, ...impliedPaths(fields)]);
  const expand = paths.length === 0 ? undefined : paths.join(',');
  return { plan: planExpand(requested, operation, embeds, limits, allows), expand, fields };
}

/** The selection of a request without `expand` and `fields`. */
export const NO_SELECTION: Selection = { plan: [], expand: undefined, fields: undefined };

/** Like `planSelection`, and removes the selection parameters from the query. */
export function extractSelection(
  query: URLSearchParams,
  operation: GraphOperation,
  embeds: EmbedsPredicate,
  limits: ExpandLimits,
  allows?: Allows,
): Selection {
  const selection = planSelection(query, operation, embeds, limits, allows);
  for (const name of SELECTION_PARAMETERS) query.delete(name);
  return selection;
}

/** The request for the primary resource: its server embeds what it can, and returns all fields. */
export function primaryHref(href: string, { plan }: Selection): string {
  const embedded = formatExpand(pushdown(plan));
  return embedded === '' ? withoutSelection(href) : withQuery(withoutSelection(href), [['expand', embedded]]);
}
