/**
 * Durations and sizes as people write them in YAML: `5s`, `500ms`, `2m`, `1mb`, or a bare number of
 * milliseconds or bytes.
 */
import { z } from 'zod';

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const BYTES: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** Longer timers fire immediately (Node, `setTimeout`). */
const MAX_MILLISECONDS = 2 ** 31 - 1;

const withUnit = (units: Readonly<Record<string, number>>, expected: string, most = Number.MAX_VALUE) => {
  const form = new RegExp(`^(\\d+(?:\\.\\d+)?)\\s*(${Object.keys(units).join('|')})$`, 'i');
  const written = z
    .union([z.number(), z.string()], { error: expected })
    // For editors, because JSON Schema cannot express the transform.
    .meta({ minimum: 0, ...(most < Number.MAX_VALUE && { maximum: most }), pattern: form.source });
  return written.transform((value, context) => {
    const [, amount, unit] = typeof value === 'string' ? (form.exec(value.trim()) ?? []) : [];
    const number =
      typeof value === 'number' ? value : Number(amount) * (units[unit?.toLowerCase() ?? ''] ?? NaN);
    if (number >= 0 && number <= most) return Math.round(number);
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
};

/** Milliseconds, from a number or `500ms`, `5s`, `2m`, `1h`; 24 days at most. */
export const duration = withUnit(
  MILLISECONDS,
  'expected a duration such as 500ms, 5s or 2m, of 24 days at most',
  MAX_MILLISECONDS,
);

/** Bytes, from a number or `64kb`, `1mb`, `1gb` (powers of 1024). */
export const size = withUnit(BYTES, 'expected a size such as 64kb or 1mb');
