/** What of a resource, and of what it leads to, is asked for: `expand` and `fields`, planned before anything is sent. */
import type { ExpandLimits } from '../config/limits.ts';
import { SELECTION_PARAMETERS, withoutSelection, withQuery } from '../http/uri/href.ts';
import { formatExpand, parseExpand } from './expand/parse.ts';
import { type Embeds, type PlanNode, planExpand, pushdown } from './expand/plan.ts';
import { impliedPaths, type Kept, planFields } from './fields/plan.ts';
import type { GraphOperation } from './graph/model.ts';

/** Relations to the same again, or to its neighbours: with what is selected, they are not taken for the whole. */
export const SAME: readonly string[] = ['self', 'first', 'prev', 'next', 'last'];

export interface Selection {
  readonly plan: readonly PlanNode[];
  /** The caller's `expand`, for the paging links. */
  readonly expand: string | undefined;
  readonly kept: Kept | undefined;
}

/**
 * @param query of an operation that takes both
 * @throws Problem expand-unknown, fields-unknown, expand-limit (400)
 */
export function select(
  query: URLSearchParams,
  subject: GraphOperation,
  embeds: Embeds,
  limits: ExpandLimits,
): Selection {
  const kept = planFields(query.getAll('fields'), subject);
  const { paths } = parseExpand(query.getAll('expand'));
  // A field of another resource is had by bringing that along.
  const asked = parseExpand(kept === undefined ? paths : [...paths, ...impliedPaths(kept)]);
  const expand = paths.length === 0 ? undefined : paths.join(',');
  return { plan: planExpand(asked, subject, embeds, limits), expand, kept };
}

/** Of who selects nothing. */
export const WHOLE: Selection = { plan: [], expand: undefined, kept: undefined };

/** As `select` does; what is selected with is no longer in the query then. */
export function takeSelection(...[query, ...others]: Parameters<typeof select>): Selection {
  const selection = select(query, ...others);
  for (const name of SELECTION_PARAMETERS) query.delete(name);
  return selection;
}

/** What the server of the subject is asked for: to embed what it can by itself, and all of its fields. */
export function forSubject(href: string, { plan }: Selection): string {
  const own = formatExpand(pushdown(plan));
  return own === '' ? withoutSelection(href) : withQuery(withoutSelection(href), [['expand', own]]);
}
