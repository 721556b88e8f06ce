/**
 * The cursor of a page: the row before or after which the page begins, in one sort order. It is opaque to clients, but they
 * can tamper with it, so it is validated.
 */
import { z } from 'zod';

/** The type of a sort column. */
export type ColumnKind = 'time' | 'text';

export interface Cursor {
  /** The value of the sort column in that row. */
  readonly value: string | Date;
  readonly id: string;
  /** Whether the page is before the row. */
  readonly back: boolean;
  /** Whether the row is part of the page. */
  readonly including?: boolean;
}

/** Without U+0000, which PostgreSQL cannot store. */
const text = z.string().regex(/^[^\0]*$/);
const values = {
  // The range of both Date and PostgreSQL, in milliseconds.
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

/** @param sort the sort order; the cursor is invalid for any other */
export function encodeCursor(sort: string, { value, id, back, including = false }: Cursor): string {
  const plain = value instanceof Date ? value.getTime() : value;
  return Buffer.from(
    JSON.stringify([sort, plain, id, (back ? BACKWARDS : 0) + (including ? INCLUDING : 0)]),
  ).toString('base64url');
}

/** @returns undefined for an invalid cursor, or a cursor of another sort order */
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
