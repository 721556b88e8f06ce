/** Schemas of ids and text for contracts. */
import { z } from '../schema.ts';

const MAX_ID_LENGTH = 64;

/** An id that needs no encoding in a path segment. */
export const id = (example: string) =>
  z
    .string()
    .max(MAX_ID_LENGTH)
    .regex(/^[A-Za-z0-9_-]+$/)
    .openapi({ example });

/**
 * Text that a person writes. It excludes U+0000, which PostgreSQL cannot store. Its length is counted in characters, as in
 * JSON Schema (2020-12 Validation §6.3.1), and not in UTF-16 units, as in zod.
 */
export const text = (max: number) =>
  z
    .string()
    .min(1)
    // This notation is valid in all dialects of regular expressions.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern excludes this character
    .regex(/^[^\x00]*$/)
    .refine((value) => value.length <= max || (value.length <= 2 * max && [...value].length <= max), {
      error: `Too big: expected string to have <=${max} characters`,
    })
    .refine((value) => value.isWellFormed(), {
      error: 'Contains half of a surrogate pair, which cannot be encoded.',
    })
    .openapi({ maxLength: max });
