/**
 * Plans an expansion from the link graph before anything is sent: which relations the service embeds itself, which
 * ones are fetched, and whether the request is valid.
 */
import type { ExpandLimits } from '../../config/limits.ts';
import { Problem } from '../../contract/problem.ts';
import { expandLimit, expandUnknown } from '../../contract/problems.ts';
import {
  ALLOWS_ALL,
  type Allows,
  expandable,
  type GraphOperation,
  type Link,
  type Shape,
} from '../graph/model.ts';
import { unknownName } from '../nearest.ts';
import type { ExpandRequest, ExpandTree } from './parse.ts';

/** One relation to expand. */
export interface PlanNode {
  readonly rel: string;
  /** The path from the primary resource, with dots. */
  readonly path: string;
  readonly link: Link;
  /** Whether the server of the owning resource embeds it. Then it needs no fetch. */
  readonly embedded: boolean;
  /** Whether the caller may not read it: it becomes an error in the response. */
  readonly isRefused?: boolean;
  /** Whether each target has to be requested alone, because the caller may not request several at once. */
  readonly isSingle?: boolean;
  readonly children: readonly PlanNode[];
}

/** Whether the server of `owner` embeds `target` on request. */
export type EmbedsPredicate = (owner: GraphOperation, target: GraphOperation) => boolean;

/**
 * Plans an expansion.
 * @throws Problem expand-unknown (400) with `path`, `allowed` and `nearest`; expand-limit (400) with `limit`
 */
export function planExpand(
  { tree, paths }: ExpandRequest,
  operation: GraphOperation,
  embeds: EmbedsPredicate,
  limits: ExpandLimits,
  allows: Allows = ALLOWS_ALL,
): PlanNode[] {
  checkLimit('paths', paths.length, limits.paths);
  for (const path of paths) checkLimit('depth', path.split('.').length, limits.depth);
  return nodes(tree, operation, { embeds, allows }, '');
}

interface PlanRules {
  readonly embeds: EmbedsPredicate;
  readonly allows: Allows;
}

function nodes(tree: ExpandTree, owner: GraphOperation, rules: PlanRules, prefix: string): PlanNode[] {
  const { embeds, allows } = rules;
  const shape = owner.shape?.item ?? owner.shape;
  return [...tree].map(([rel, subtree]) => {
    const path = prefix + rel;
    const link = linkOf(shape, rel, path);
    const { target } = link;
    const children = nodes(subtree, target, rules, `${path}.`);
    if (!allows(target))
      return { rel, path, link, embedded: false, isRefused: true, isSingle: true, children: [] };
    const isSingle = target.batch !== undefined && !allows(target.batch.operation);
    return { rel, path, link, embedded: embeds(owner, target), isRefused: false, isSingle, children };
  });
}

function linkOf(shape: Shape | undefined, rel: string, path: string): Link {
  const links = shape === undefined ? [] : expandable(shape);
  const link = links.find((candidate) => candidate.rel === rel);
  if (link !== undefined) return link;
  const { hint, extensions } = unknownName(
    path,
    links.map((candidate) => candidate.rel),
  );
  throw new Problem(expandUnknown, `${path} cannot be expanded.${hint}`, { extensions });
}

type LimitName = 'depth' | 'paths' | 'resources' | 'embeds' | 'bytes';

/** @throws Problem expand-limit (400) */
export function checkLimit(name: LimitName, actual: number, max: number): void {
  if (actual > max) throw limitProblem(name, max);
}

const limitProblem = (name: LimitName, max: number): Problem =>
  new Problem(expandLimit, `The limit of ${name} is ${max}.`, { extensions: { limit: { [name]: max } } });

/** The relations for the server of the primary resource to embed. */
export const pushdown = (plan: readonly PlanNode[]): ExpandTree =>
  new Map(plan.filter(({ embedded }) => embedded).map(({ rel, children }) => [rel, pushdown(children)]));

/** Whether nothing is left to fetch, so that the response needs no further parts. */
export const isFullyPushedDown = (plan: readonly PlanNode[]): boolean =>
  plan.every(({ embedded, children }) => embedded && isFullyPushedDown(children));
