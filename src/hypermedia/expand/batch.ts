/**
 * Plans the requests for a set of targets: one request each, or one batch request where an operation supports it
 * (`x-batches`).
 */

import { href, matchPath, withQuery } from '../../http/uri/href.ts';
import type { Batch, GraphOperation } from '../graph/model.ts';
import { type ExpandTree, formatExpand } from './parse.ts';

/** A resource to fetch. */
export interface ExpandTarget {
  readonly href: string;
  readonly operation: GraphOperation;
  /** Relations that its server embeds itself. */
  readonly expand: ExpandTree;
  /** Whether it must not be requested together with others. */
  readonly isSingle?: boolean | undefined;
}

/** A request with its targets. The response is a single resource for one target, and a page with items for several. */
export interface PartRequest {
  readonly href: string;
  readonly operation: GraphOperation;
  readonly targets: readonly [ExpandTarget, ...ExpandTarget[]];
}

/** The key of a target; targets with equal keys are the same. */
export const targetKey = (target: ExpandTarget): string => withExpand(target.href, target);

export const singleRequest = (target: ExpandTarget): PartRequest => ({
  href: targetKey(target),
  operation: target.operation,
  targets: [target],
});

/** Plans requests in the order of the targets, whose keys differ. */
export function planRequests(targets: readonly ExpandTarget[]): PartRequest[] {
  const keyed = targets.map((target) => ({ target, batchKey: batchKeyOf(target) }));
  const groups = Map.groupBy(keyed, ({ target, batchKey }) => batchKey?.group ?? targetKey(target));
  return [...groups.values()].flatMap((group) => {
    const { batch } = (group[0] as KeyedTarget).target.operation;
    if (batch === undefined || group.length === 1) return group.map(({ target }) => singleRequest(target));
    return chunks(group as BatchableTarget[], batch.max).map((chunk) =>
      chunk.length === 1 ? singleRequest(chunk[0].target) : batchRequest(batch, chunk),
    );
  });
}

interface KeyedTarget {
  readonly target: ExpandTarget;
  readonly batchKey?: BatchKey | undefined;
}

type Chunk = readonly [BatchableTarget, ...BatchableTarget[]];

interface BatchableTarget {
  readonly target: ExpandTarget;
  readonly batchKey: BatchKey;
}

interface BatchKey {
  /** The common part of all targets of one request. */
  readonly group: string;
  readonly id: string;
  readonly others: readonly (readonly [string, string])[];
}

function batchKeyOf({ href: at, operation, expand, isSingle }: ExpandTarget): BatchKey | undefined {
  const { batch, path } = operation;
  // With a query it is another representation than the item of a page.
  if (isSingle || batch === undefined || at.includes('?') || (expand.size > 0 && !batch.operation.expands))
    return undefined;
  const { [batch.pathParameter]: id, ...others } = matchPath(path, at) ?? {};
  if (id === undefined || (batch.separator !== undefined && id.includes(batch.separator))) return undefined;
  const rest = Object.entries(others);
  const { service, operationId } = batch.operation;
  return { group: JSON.stringify([service, operationId, rest, formatExpand(expand)]), id, others: rest };
}

function batchRequest(batch: Batch, chunk: Chunk): PartRequest {
  const { operation, parameter, separator, hasLimit: counted } = batch;
  const [{ target, batchKey }, ...others] = chunk;
  const ids = chunk.map(({ batchKey: { id } }) => id);
  const at = href(operation.path, [
    ...batchKey.others,
    [parameter, separator === undefined ? ids : ids.join(separator)],
    ['limit', counted ? ids.length : undefined],
  ]);
  const targets: PartRequest['targets'] = [target, ...others.map((other) => other.target)];
  return { href: withExpand(at as string, target), operation, targets };
}

const withExpand = (at: string, { expand }: ExpandTarget): string =>
  expand.size === 0 ? at : withQuery(at, [['expand', formatExpand(expand)]]);

const chunks = (targets: readonly BatchableTarget[], max: number) =>
  Array.from(
    { length: Math.ceil(targets.length / max) },
    (_, index) => targets.slice(index * max, (index + 1) * max) as unknown as Chunk,
  );
