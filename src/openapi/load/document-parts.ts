/**
 * A document in parts that a page can show: by tag, and a tag with too many operations by where they are. Documents
 * that are generated often have no tags at all, or one for everything.
 */
import type { DocumentIndex, IndexedOperation } from '../publish/document-index.ts';

export interface DocumentPart {
  readonly tag: string;
  /** What the paths begin with, or the name of a webhook. */
  readonly path?: string;
  readonly operations: number;
}

/** No deeper, however long the paths are. */
const MAX_SEGMENTS = 16;

/** @param max operations of a part, where paths allow to tell more of them apart */
export const documentParts = ({ tags }: DocumentIndex, max: number): DocumentPart[] =>
  [...tags].flatMap(([tag, operations]) =>
    operations.length <= max
      ? [{ tag, operations: operations.length }]
      : byPath(operations, max).map((part) => ({ tag, ...part })),
  );

function byPath(
  operations: readonly IndexedOperation[],
  max: number,
  depth = 1,
): Omit<Required<DocumentPart>, 'tag'>[] {
  const groups = Map.groupBy(operations, ({ path }) => pathPrefix(path, depth));
  return [...groups].flatMap(([path, members]) => {
    const isDivisible = depth < MAX_SEGMENTS && members.some((operation) => operation.path !== path);
    return members.length > max && isDivisible
      ? byPath(members, max, depth + 1)
      : [{ path, operations: members.length }];
  });
}

const pathPrefix = (path: string, depth: number): string => path.split('/', depth + 1).join('/');
