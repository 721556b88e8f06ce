/** What is taken apart by `&` and `=`, a query or a form: every name with its values in order. */
import { Problem } from '../../contract/problem.ts';
import { badRequest } from '../../contract/problems.ts';
import { FORM } from './encoding.ts';

/** @returns names decoded, values as they came; @throws Problem bad-request (400) where percent-encoding is broken */
export function parsePairs(text: string, what: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const value = equals < 0 ? '' : pair.slice(equals + 1);
    const name = decode(equals < 0 ? pair : pair.slice(0, equals), what);
    if (value.includes('%')) decode(value, what);
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  return values;
}

function decode(text: string, what: string): string {
  try {
    return FORM.decode(text);
  } catch {
    throw new Problem(badRequest, `${what} has broken percent-encoding.`);
  }
}
