/**
 * Which values a segment of a path can carry: those that have one meaning for everybody who reads it (RFC 3986 §3.3,
 * §6.2.2.3). `.` and `..` are taken out by URL parsers, however they are written, and Servlet containers take off
 * what follows a semicolon.
 */
const DOTS = /^\.\.?(?:;.*)?$/s;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\x00-\x1f\x7f]/;

export const hasDots = (segment: string): boolean =>
  segment.includes('.') && segment.split(/[/\\]/).some((part) => DOTS.test(part));

export const hasControl = (segment: string): boolean => CONTROL.test(segment);
