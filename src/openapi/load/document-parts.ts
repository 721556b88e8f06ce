/**
 * Divides a document into parts that a page can show: by tag, and large tags by path prefix. Generated documents
 * often have no tags, or one tag for everything.
 */
import type { DocumentIndex, IndexedOperation } from '../publish/document-index.ts';

export interface DocumentPart {
  readonly tag: string;
  /** The common prefix of the paths, or the name of a webhook. */
  readonly path?: string;
  readonly operations: number;
}

/** The longest prefix, in segments. */
const MAX_SEGMENTS = 16;

/** @param max operations of a part, as far as paths can be told apart */
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
