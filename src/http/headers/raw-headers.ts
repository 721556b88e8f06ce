/**
 * Raw headers: one array of name, value, name, value …, as Node has them, in order and in their original spelling. All
 * functions here take and return names of headers in lower case.
 */

/** @param look called with the name in lower case, the value, and the name in its original spelling */
export function eachHeader(
  raw: readonly string[],
  look: (name: string, value: string, written: string) => void,
): void {
  for (let i = 0; i < raw.length; i += 2) {
    const written = raw[i] as string;
    look(written.toLowerCase(), raw[i + 1] ?? '', written);
  }
}

export const namesIn = (raw: readonly string[]): Set<string> => {
  const names = new Set<string>();
  eachHeader(raw, (name) => names.add(name));
  return names;
};

/** The length is compared first, so that few names have to be converted to lower case. */
const isNamed = (written: string | undefined, name: string): boolean =>
  written?.length === name.length && written.toLowerCase() === name;

/** The value of the first line of a header. */
export function firstValue(raw: readonly string[], name: string): string | undefined {
  for (let i = 0; i < raw.length; i += 2) if (isNamed(raw[i], name)) return raw[i + 1] ?? '';
  return undefined;
}

/** The values of all lines of a header. */
export function valuesOf(raw: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < raw.length; i += 2) if (isNamed(raw[i], name)) values.push(raw[i + 1] ?? '');
  return values;
}

/** All lines of a field as one value (RFC 9110 §5.3). */
export function fieldOf(raw: readonly string[], name: string): string | undefined {
  let value: string | undefined;
  for (let i = 0; i < raw.length; i += 2) {
    if (!isNamed(raw[i], name)) continue;
    value = value === undefined ? (raw[i + 1] ?? '') : `${value}, ${raw[i + 1]}`;
  }
  return value;
}

/** By name in lower case; the lines of a field become one value (RFC 9110 §5.3), those of `Cookie` with semicolons (RFC 9113 §8.2.3). */
export function headersOf(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  eachHeader(raw, (name, value) => {
    const known = headers[name];
    headers[name] = known === undefined ? value : `${known}${name === 'cookie' ? '; ' : ', '}${value}`;
  });
  return headers;
}

/** The headers whose names are kept. */
export const only = (raw: readonly string[], isKept: (name: string) => boolean): string[] =>
  raw.filter((_, i) => isKept((raw[i - (i % 2)] as string).toLowerCase()));

/** The headers without those of these names. */
export const withoutHeaders = (raw: readonly string[], names: ReadonlySet<string>): string[] =>
  only(raw, (name) => !names.has(name));

/** The headers with changed values. A header whose value becomes undefined is left out. */
export function withValues(
  raw: readonly string[],
  change: (name: string, value: string) => string | undefined,
): string[] {
  const made: string[] = [];
  eachHeader(raw, (name, value, written) => {
    const changed = change(name, value);
    if (changed !== undefined) made.push(written, changed);
  });
  return made;
}

/** Changes the value of each line of a header in place, because later steps read the array of the request. */
export function replaceValues(raw: string[], name: string, change: (value: string) => string): void {
  for (let i = 0; i < raw.length; i += 2)
    if (isNamed(raw[i], name)) raw[i + 1] = change(raw[i + 1] as string);
}
