/**
 * A document in parts that a page can show: by tag, and a tag with too many operations by where they are. Documents
 * that are generated often have no tags at all, or one for everything.
 */
import type { Outline, OutlinedOperation } from '../publish/document-index.ts';

export interface OutlinedPart {
  readonly tag: string;
  /** What the paths begin with, or the name of a webhook. */
  readonly path?: string;
  readonly operations: number;
}

/** No deeper, however long the paths are. */
const MOST_SEGMENTS = 16;

/** @param most operations of a part, where paths allow to tell more of them apart */
export const partsOf = ({ tags }: Outline, most: number): OutlinedPart[] =>
  [...tags].flatMap(([tag, operations]) =>
    operations.length <= most
      ? [{ tag, operations: operations.length }]
      : byPath(operations, most).map((part) => ({ tag, ...part })),
  );

function byPath(
  operations: readonly OutlinedOperation[],
  most: number,
  depth = 1,
): Omit<Required<OutlinedPart>, 'tag'>[] {
  const groups = Map.groupBy(operations, ({ place }) => beginning(place, depth));
  return [...groups].flatMap(([path, own]) => {
    const isDivisible = depth < MOST_SEGMENTS && own.some(({ place }) => place !== path);
    return own.length > most && isDivisible
      ? byPath(own, most, depth + 1)
      : [{ path, operations: own.length }];
  });
}

const beginning = (place: string, depth: number): string => place.split('/', depth + 1).join('/');
