/** What of a resource, and of what it leads to, is asked for: `expand` and `fields`, planned before anything is sent. */
import type { ExpandLimits } from '../config/limits.ts';
import { plain, SELECTION_PARAMETERS, withQuery } from '../http/uri/href.ts';
import { formatExpand, parseExpand } from './expand/parse.ts';
import { type EmbedsPredicate, type PlanNode, planExpand, pushdown } from './expand/plan.ts';
import { type FieldSelection, impliedPaths, planFields } from './fields/plan.ts';
import type { GraphOperation } from './graph/model.ts';

/** Relations to the same again, or to its neighbours: with what is selected, they are not taken for the whole. */
export const SELF_AND_PAGING: readonly string[] = ['self', 'first', 'prev', 'next', 'last'];

export interface Selection {
  readonly plan: readonly PlanNode[];
  /** The caller's `expand`, for the paging links. */
  readonly expand: string | undefined;
  readonly fields: FieldSelection | undefined;
}

/**
 * @param query of an operation that takes both
 * @throws Problem expand-unknown, fields-unknown, expand-limit (400)
 */
export function planSelection(
  query: URLSearchParams,
  subject: GraphOperation,
  embeds: EmbedsPredicate,
  limits: ExpandLimits,
): Selection {
  const fields = planFields(query.getAll('fields'), subject);
  const { paths } = parseExpand(query.getAll('expand'));
  // A field of another resource is had by bringing that along.
  const requested = parseExpand(fields === undefined ? paths : [...paths, ...impliedPaths(fields)]);
  const expand = paths.length === 0 ? undefined : paths.join(',');
  return { plan: planExpand(requested, subject, embeds, limits), expand, fields };
}

/** Of who selects nothing. */
export const NO_SELECTION: Selection = { plan: [], expand: undefined, fields: undefined };

/** As `select` does; what is selected with is no longer in the query then. */
export function extractSelection(
  query: URLSearchParams,
  subject: GraphOperation,
  embeds: EmbedsPredicate,
  limits: ExpandLimits,
): Selection {
  const selection = planSelection(query, subject, embeds, limits);
  for (const name of SELECTION_PARAMETERS) query.delete(name);
  return selection;
}

/** What the server of the subject is asked for: to embed what it can by itself, and all of its fields. */
export function primaryHref(href: string, { plan }: Selection): string {
  const own = formatExpand(pushdown(plan));
  return own === '' ? plain(href) : withQuery(plain(href), [['expand', own]]);
}
