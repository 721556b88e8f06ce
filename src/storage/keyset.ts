/**
 * Pages by keyset: the cursor names the last row of the page before, so a page costs the same however far in
 * it is, and rows that come or go meanwhile make no other row appear twice or be left out.
 */
import { type SelectQueryBuilder, sql } from 'kysely';
import { type Fault, Problem } from '../contract/problem.ts';
import { validationFailed } from '../contract/problems.ts';
import type { PageState } from '../contract/resource.ts';

/** The columns that order the rows, the oldest first; `created_at` is kept to the millisecond. */
interface KeysetRow {
  readonly id: string;
  readonly created_at: Date;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * One page of the rows that the query selects; `next` is the cursor of the one after it.
 * @throws Problem validation-failed (400) when the cursor was not made here
 */
export async function keysetPage<Tables, Table extends keyof Tables, Row extends KeysetRow, Item>(
  query: SelectQueryBuilder<Tables, Table, Row>,
  { limit, cursor }: PageRequest,
  toItem: (row: Row) => Item,
): Promise<PageState<Item>> {
  const key = sql`(created_at, id)`;
  const after = cursor === undefined ? undefined : decode(cursor);
  const rest = after ? query.where(sql<boolean>`${key} > (${after.created_at}, ${after.id})`) : query;
  const rows = await rest
    .orderBy(key)
    .limit(limit + 1)
    .execute();
  const shown = rows.slice(0, limit) as Row[];
  const last = shown.at(-1);
  const items = shown.map(toItem);
  return rows.length > limit && last !== undefined ? { items, next: encode(last) } : { items };
}

const encode = ({ created_at, id }: KeysetRow): string =>
  Buffer.from(`${created_at.getTime()} ${id}`).toString('base64url');

function decode(cursor: string): KeysetRow {
  const [, time, id] = /^(\d{1,15}) ([^\0]+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (time === undefined || id === undefined) {
    const detail = 'Not a cursor of this collection; take it from a `next` link.';
    const errors: Fault[] = [{ in: 'query', pointer: '#/cursor', detail }];
    throw new Problem(validationFailed, detail, { extensions: { errors } });
  }
  return { created_at: new Date(Number(time)), id };
}
