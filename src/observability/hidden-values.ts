/**
 * Secrets of the configuration, which are removed from every line that is logged, wherever they appear. Patterns find only
 * secrets that look like some.
 */

/** Shorter values and numbers would hide parts of ordinary lines. */
const MIN_LENGTH = 6;
const NUMBER = /^[\d.:-]+$/;
/** Values of earlier configurations are hidden too, up to this number. */
const MAX_VALUES = 1000;

const hidden = new Set<string>();
let pattern: RegExp | undefined;

/** A value as it appears in JSON, in a URL and in a form. */
const spellings = (value: string): string[] => [
  value,
  JSON.stringify(value).slice(1, -1),
  encodeURI(value.toWellFormed()),
  encodeURIComponent(value.toWellFormed()),
];

export function hideValues(values: readonly string[]): void {
  const added = values.filter((value) => value.length >= MIN_LENGTH && !NUMBER.test(value));
  if (added.length === 0) return;
  for (const value of added.flatMap(spellings)) {
    // Set again, so that values in use are the newest.
    hidden.delete(value);
    hidden.add(value);
  }
  for (const oldest of hidden) {
    if (hidden.size <= MAX_VALUES) break;
    hidden.delete(oldest);
  }
  // The longest first, because one may begin with another.
  const all = [...hidden].toSorted((a, b) => b.length - a.length);
  pattern = new RegExp(all.map(RegExp.escape).join('|'), 'g');
}

export const withoutHiddenValues = (text: string, replacement: string): string =>
  pattern === undefined ? text : text.replaceAll(pattern, replacement);
