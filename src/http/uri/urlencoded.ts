/** Parses a query or a form, split at `&` and `=`, into every name with its values in order. */
import { Problem } from '../../contract/problem.ts';
import { badRequest } from '../../contract/problems.ts';
import { FORM } from './encoding.ts';

/**
 * @param source the subject of error messages
 * @param isChecked whether a name is validated; pairs of other names with broken percent-encoding are left out
 * @returns decoded names with their raw values
 * @throws Problem bad-request (400) for broken percent-encoding
 */
export function parseUrlencoded(
  text: string,
  source: string,
  isChecked: (name: string) => boolean = () => true,
): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const rawName = equals < 0 ? pair : pair.slice(0, equals);
    const value = equals < 0 ? '' : pair.slice(equals + 1);
    const name = tryDecode(rawName);
    if (name === undefined || (value.includes('%') && tryDecode(value) === undefined)) {
      if (isChecked(name ?? rawName)) throw new Problem(badRequest, `${source} has broken percent-encoding.`);
      continue;
    }
    const existing = values.get(name);
    if (existing) existing.push(value);
    else values.set(name, [value]);
  }
  return values;
}

/** Returns undefined for broken percent-encoding. */
function tryDecode(text: string): string | undefined {
  try {
    return FORM.decode(text);
  } catch {
    return undefined;
  }
}
