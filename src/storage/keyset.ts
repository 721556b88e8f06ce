/**
 * Keyset pagination: the cursor names the row after or before which a page begins. A page therefore costs the same at any
 * depth, and rows that are inserted or deleted meanwhile cause no duplicates and no gaps among the others.
 */
import { type SelectQueryBuilder, sql } from 'kysely';
import { type Fault, Problem } from '../contract/problem.ts';
import { validationFailed } from '../contract/problems.ts';
import type { PageState } from '../contract/resource.ts';
import { type ColumnKind, type Cursor, decodeCursor, encodeCursor } from './cursor.ts';

interface KeysetRow {
  readonly id: string;
}

/** A sort column. Rows with equal values are ordered by `id`. */
interface SortColumn {
  readonly column: string;
  readonly holds: ColumnKind;
}

/** Sort columns by the names that the contract uses. */
export type SortColumns = Readonly<Record<string, SortColumn>>;

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** A value of `sortBy`: the name of a sort column; `-` before it reverses the order. */
  readonly sort?: string | undefined;
}

/** `created_at` is stored with milliseconds. */
const BY_AGE: SortColumns = { createdAt: { column: 'created_at', holds: 'time' } };

/**
 * One page of the rows that the query selects; `next` and `prev` are the cursors of its neighbours.
 * @throws Problem validation-failed (400) for an invalid cursor, or one of another sort order
 */
export async function keysetPage<Tables, Table extends keyof Tables, Row extends KeysetRow, Item>(
  query: SelectQueryBuilder<Tables, Table, Row>,
  { limit, cursor, sort = 'createdAt' }: PageRequest,
  toItem: (row: Row) => Item,
  columns = BY_AGE,
): Promise<PageState<Item>> {
  const descending = sort.startsWith('-');
  const by = columns[sort.replace(/^-/, '')];
  if (by === undefined) throw new Error(`rows cannot be ordered by ${sort}`);
  const order = sql.ref(by.column);

  const rowsFrom = (from: Cursor | undefined, back: boolean, count: number): Promise<Row[]> => {
    const direction = descending === back ? 'asc' : 'desc';
    const beyond = sql.raw((direction === 'asc' ? '>' : '<') + (from?.including ? '=' : ''));
    const rest = from
      ? query.where(sql<boolean>`(${order}, ${sql.ref('id')}) ${beyond} (${from.value}, ${from.id})`)
      : query;
    return rest.orderBy(order, direction).orderBy(sql.ref('id'), direction).limit(count).execute() as Promise<
      Row[]
    >;
  };
  const cursorAt = (row: Row, back: boolean): Cursor => ({
    value: row[by.column as keyof Row] as string | Date,
    id: row.id,
    back,
  });

  const from = cursor === undefined ? undefined : (decodeCursor(sort, by.holds, cursor) ?? rejectCursor());
  const back = from?.back ?? false;
  const rows = await rowsFrom(from, back, limit + 1);
  const shown = back ? rows.slice(0, limit).toReversed() : rows.slice(0, limit);
  const [first, last] = [shown.at(0), shown.at(-1)];
  if (first === undefined || last === undefined) {
    // The rows of this page were deleted. The opposite direction leads to the row of the cursor and beyond.
    const around: Cursor | undefined = from && { ...from, back: !back, including: true };
    if (around === undefined || (await rowsFrom(around, !back, 1)).length === 0) return { items: [] };
    return { items: [], [back ? 'next' : 'prev']: encodeCursor(sort, around) };
  }

  const onwards = rows.length > limit;
  // The row of the cursor may have been deleted.
  const behind = from && (await rowsFrom(cursorAt(back ? last : first, !back), !back, 1)).length > 0;
  return {
    items: shown.map(toItem),
    ...((back ? onwards : behind) && { prev: encodeCursor(sort, cursorAt(first, true)) }),
    ...((back ? behind : onwards) && { next: encodeCursor(sort, cursorAt(last, false)) }),
  };
}

function rejectCursor(): never {
  const detail =
    'The cursor does not belong to this collection and sort order. Take it from a `next` or `prev` link.';
  const errors: Fault[] = [{ in: 'query', pointer: '#/cursor', detail }];
  throw new Problem(validationFailed, detail, { extensions: { errors } });
}
