/**
 * Detects values of path segments that recipients could read in different ways (RFC 3986 §3.3, §6.2.2.3). URL
 * parsers remove `.` and `..`, however they are written, and Servlet containers remove the text after a semicolon.
 */
const DOTS = /^\.\.?(?:;.*)?$/s;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\x00-\x1f\x7f]/;

export const hasDots = (segment: string): boolean =>
  segment.includes('.') && segment.split(/[/\\]/).some((part) => DOTS.test(part));

export const hasControl = (segment: string): boolean => CONTROL.test(segment);
