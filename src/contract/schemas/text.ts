/** Strings of contracts that are safe wherever they go. */
import { z } from '../schema.ts';

const MAX_ID_LENGTH = 64;

/** An id: fits into a path segment as it is. */
export const id = (example: string) =>
  z
    .string()
    .max(MAX_ID_LENGTH)
    .regex(/^[A-Za-z0-9_-]+$/)
    .openapi({ example });

/**
 * Text that a person writes, without U+0000: PostgreSQL has no place for it. It is counted in characters, as a document
 * does (JSON Schema 2020-12 Validation §6.3.1), and not in UTF-16 units, as zod does.
 */
export const text = (max: number) =>
  z
    .string()
    .min(1)
    // As every language of patterns writes it.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is refused
    .regex(/^[^\x00]*$/)
    .refine((value) => value.length <= max || (value.length <= 2 * max && [...value].length <= max), {
      error: `Too big: expected string to have <=${max} characters`,
    })
    .refine((value) => value.isWellFormed(), {
      error: 'Contains half of a surrogate pair, which cannot be encoded.',
    })
    .openapi({ maxLength: max });
