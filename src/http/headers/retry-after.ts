/** Parses `Retry-After` (RFC 9110 §10.2.3): seconds, or a date. */
import { parseHttpDate } from './http-date.ts';

/** @returns milliseconds from now; undefined for other values */
export function parseRetryAfter(value: string | undefined): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = parseHttpDate(text);
  return date === undefined ? undefined : Math.max(0, date - Date.now());
}
