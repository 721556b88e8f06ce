/** What is taken apart by `&` and `=`, a query or a form: every name with its values in order. */
import { Problem } from '../../contract/problem.ts';
import { badRequest } from '../../contract/problems.ts';
import { FORM } from './encoding.ts';

/**
 * @param isChecked whether anything looks at a name; pairs with broken percent-encoding are left out for all others
 * @returns names decoded, values as they came
 * @throws Problem bad-request (400) where percent-encoding is broken
 */
export function parseUrlencoded(
  text: string,
  what: string,
  isChecked: (name: string) => boolean = () => true,
): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const written = equals < 0 ? pair : pair.slice(0, equals);
    const value = equals < 0 ? '' : pair.slice(equals + 1);
    const name = decoded(written);
    if (name === undefined || (value.includes('%') && decoded(value) === undefined)) {
      if (isChecked(name ?? written)) throw new Problem(badRequest, `${what} has broken percent-encoding.`);
      continue;
    }
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  return values;
}

/** Undefined where percent-encoding is broken. */
function decoded(text: string): string | undefined {
  try {
    return FORM.decode(text);
  } catch {
    return undefined;
  }
}
