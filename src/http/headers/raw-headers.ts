/** Headers as one array of name, value, name, value …, as Node has them. */

/** Removes headers by their names in lower case. */
export const withoutHeaders = (raw: readonly string[], names: ReadonlySet<string>): string[] =>
  raw.filter((_, i) => !names.has((raw[i - (i % 2)] as string).toLowerCase()));

/**
 * All lines of a field as one value (RFC 9110 §5.3).
 * @param name in lower case
 */
export function fieldOf(raw: readonly string[], name: string): string | undefined {
  let value: string | undefined;
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() !== name) continue;
    value = value === undefined ? (raw[i + 1] ?? '') : `${value}, ${raw[i + 1]}`;
  }
  return value;
}

/** By name in lower case; the lines of a field become one value (RFC 9110 §5.3), those of `Cookie` with semicolons (RFC 9113 §8.2.3). */
export function headersOf(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase();
    const value = raw[i + 1] ?? '';
    const known = headers[name];
    headers[name] = known === undefined ? value : `${known}${name === 'cookie' ? '; ' : ', '}${value}`;
  }
  return headers;
}
