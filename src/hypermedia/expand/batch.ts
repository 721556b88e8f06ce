/**
 * The calls that a set of targets costs: one each, or one for all that an operation can answer at once
 * (`x-batches`).
 */
import type { Batch, GraphOperation } from '../graph.ts';
import { href, matchPath, withQuery } from '../href.ts';
import { type ExpandTree, formatExpand } from './parse.ts';

/** A resource to fetch. */
export interface Target {
  readonly href: string;
  readonly operation: GraphOperation;
  /** What its server embeds by itself. */
  readonly expand: ExpandTree;
}

/** One request, and the targets that it is for: a single one is answered as it is, more of them as a page's items. */
export interface Call {
  readonly href: string;
  readonly operation: GraphOperation;
  readonly targets: readonly [Target, ...Target[]];
}

/** Two targets with one key are one. */
export const keyOf = (target: Target): string => withExpand(target.href, target);

export const callFor = (target: Target): Call => ({
  href: keyOf(target),
  operation: target.operation,
  targets: [target],
});

/** In the order of the targets, whose keys differ. */
export function callsFor(targets: readonly Target[]): Call[] {
  const groups = Map.groupBy(targets, (target) => placeOf(target)?.group ?? keyOf(target));
  return [...groups.values()].flatMap((group) => {
    const { batch } = (group[0] as Target).operation;
    if (batch === undefined || group.length === 1) return group.map(callFor);
    return chunks(group, batch.most).map((chunk) =>
      chunk.length === 1 ? callFor(chunk[0]) : batchCall(batch, chunk),
    );
  });
}

interface BatchPlace {
  /** What targets of one call have in common. */
  readonly group: string;
  readonly id: string;
  readonly others: readonly (readonly [string, string])[];
}

function placeOf({ href: at, operation, expand }: Target): BatchPlace | undefined {
  const { batch, path } = operation;
  // With a query it is another representation than an item has.
  if (batch === undefined || at.includes('?') || (expand.size > 0 && !batch.operation.expands))
    return undefined;
  const { [batch.member]: id, ...others } = matchPath(path, at) ?? {};
  if (id === undefined || (batch.separator !== undefined && id.includes(batch.separator))) return undefined;
  const rest = Object.entries(others);
  const { service, operationId } = batch.operation;
  return { group: JSON.stringify([service, operationId, rest, formatExpand(expand)]), id, others: rest };
}

function batchCall(batch: Batch, targets: Call['targets']): Call {
  const { operation, parameter, separator, counted } = batch;
  const places = targets.map((target) => placeOf(target) as BatchPlace);
  const ids = places.map(({ id }) => id);
  const at = href(operation.path, [
    ...(places[0] as BatchPlace).others,
    [parameter, separator === undefined ? ids : ids.join(separator)],
    ['limit', counted ? ids.length : undefined],
  ]);
  return { href: withExpand(at as string, targets[0]), operation, targets };
}

const withExpand = (at: string, { expand }: Target): string =>
  expand.size === 0 ? at : withQuery(at, [['expand', formatExpand(expand)]]);

const chunks = (targets: readonly Target[], most: number) =>
  Array.from(
    { length: Math.ceil(targets.length / most) },
    (_, index) => targets.slice(index * most, (index + 1) * most) as unknown as Call['targets'],
  );
