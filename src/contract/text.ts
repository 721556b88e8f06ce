/** Strings of contracts that are safe wherever they go. */
import { z } from './schema.ts';

const MAX_ID = 64;

/** An id: fits into a path segment as it is. */
export const id = (example: string) =>
  z
    .string()
    .max(MAX_ID)
    .regex(/^[A-Za-z0-9_-]+$/)
    .openapi({ example });

/** Text that a person writes, without U+0000: PostgreSQL has no place for it. */
export const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    // As every language of patterns writes it.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is refused
    .regex(/^[^\x00]*$/)
    .refine((value) => value.isWellFormed(), {
      error: 'Has half of a surrogate pair, which no encoding can keep.',
    });
