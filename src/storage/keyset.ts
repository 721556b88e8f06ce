/**
 * Keyset paging: a page starts after the last row of the one before, so that rows which come in between move
 * nothing. The cursor is opaque to clients: the sort key of that row.
 */
import { type Fault, Problem } from '../contract/problem.ts';
import { validationFailed } from '../contract/problems.ts';
import type { PageState } from '../contract/resource.ts';
import { z } from '../contract/schema.ts';

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Sort key of a row: when it was made, as ISO 8601 in UTC, and its id for those of one moment. */
export interface SortKey {
  readonly createdAt: string;
  readonly id: string;
}

const sortKey = z.tuple([z.iso.datetime(), z.string()]);

/** @throws Problem validation-failed (400) for a cursor that was not made here */
export function decodeCursor(cursor: string): SortKey {
  try {
    const [createdAt, id] = sortKey.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { createdAt, id };
  } catch {
    const detail = 'Not a cursor of this collection; take it from a `next` link.';
    const errors: Fault[] = [{ in: 'query', pointer: '#/cursor', detail }];
    throw new Problem(validationFailed, detail, { extensions: { errors } });
  }
}

const encodeCursor = ({ createdAt, id }: SortKey): string =>
  Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');

/** @param rows of a query for one row more than the page has: that there is one more is how a next page is known */
export function pageOf<Item extends SortKey>(rows: readonly Item[], limit: number): PageState<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: encodeCursor(last) } : { items };
}
