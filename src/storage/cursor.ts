/**
 * The cursor of a page: a row that the page lies behind, or before, in one order of the rows. Opaque to
 * callers, but theirs to tamper with: whatever does not read as one was not made here.
 */
import { z } from 'zod';

/** What a column holds that rows are ordered by. */
export type ColumnKind = 'time' | 'text';

export interface Cursor {
  /** The column's value in that row. */
  readonly value: string | Date;
  readonly id: string;
  /** Whether the page lies before the row. */
  readonly back: boolean;
  /** Whether the row is part of the page. */
  readonly including?: boolean;
}

/** Without U+0000, which PostgreSQL has no place for. */
const text = z.string().regex(/^[^\0]*$/);
const values = {
  // What both Date and PostgreSQL can say, to the millisecond.
  time: z
    .int()
    .min(0)
    .max(999_999_999_999_999)
    .transform((time) => new Date(time)),
  text,
} as const satisfies Record<ColumnKind, z.ZodType>;

const BACKWARDS = 1;
const INCLUDING = 2;

const parts = (sort: string, holds: ColumnKind) =>
  z.tuple([z.literal(sort), values[holds], text, z.literal([0, 1, 2, 3])]);

/** @param sort the order: in another one the cursor means nothing */
export function encodeCursor(sort: string, { value, id, back, including = false }: Cursor): string {
  const plain = value instanceof Date ? value.getTime() : value;
  return Buffer.from(
    JSON.stringify([sort, plain, id, (back ? BACKWARDS : 0) + (including ? INCLUDING : 0)]),
  ).toString('base64url');
}

/** Undefined for what was not made here, or for another order. */
export function decodeCursor(sort: string, holds: ColumnKind, cursor: string): Cursor | undefined {
  const result = parts(sort, holds).safeParse(parse(Buffer.from(cursor, 'base64url').toString()));
  if (!result.success) return undefined;
  const [, value, id, side] = result.data;
  return { value, id, back: (side & BACKWARDS) > 0, including: (side & INCLUDING) > 0 };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
