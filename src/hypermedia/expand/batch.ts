/**
 * The calls that a set of targets costs: one each, or one for all that an operation can answer at once
 * (`x-batches`).
 */

import { href, matchPath, withQuery } from '../../http/uri/href.ts';
import type { Batch, GraphOperation } from '../graph/model.ts';
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
  const placed = targets.map((target) => ({ target, place: placeOf(target) }));
  const groups = Map.groupBy(placed, ({ target, place }) => place?.group ?? keyOf(target));
  return [...groups.values()].flatMap((group) => {
    const { batch } = (group[0] as Placed).target.operation;
    if (batch === undefined || group.length === 1) return group.map(({ target }) => callFor(target));
    return chunks(group as Batched[], batch.most).map((chunk) =>
      chunk.length === 1 ? callFor(chunk[0].target) : batchCall(batch, chunk),
    );
  });
}

interface Placed {
  readonly target: Target;
  readonly place?: BatchPlace | undefined;
}

type Chunk = readonly [Batched, ...Batched[]];

interface Batched {
  readonly target: Target;
  readonly place: BatchPlace;
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

function batchCall(batch: Batch, chunk: Chunk): Call {
  const { operation, parameter, separator, counted } = batch;
  const [{ target, place }, ...others] = chunk;
  const ids = chunk.map(({ place: { id } }) => id);
  const at = href(operation.path, [
    ...place.others,
    [parameter, separator === undefined ? ids : ids.join(separator)],
    ['limit', counted ? ids.length : undefined],
  ]);
  const targets: Call['targets'] = [target, ...others.map((other) => other.target)];
  return { href: withExpand(at as string, target), operation, targets };
}

const withExpand = (at: string, { expand }: Target): string =>
  expand.size === 0 ? at : withQuery(at, [['expand', formatExpand(expand)]]);

const chunks = (batched: readonly Batched[], most: number) =>
  Array.from(
    { length: Math.ceil(batched.length / most) },
    (_, index) => batched.slice(index * most, (index + 1) * most) as unknown as Chunk,
  );
