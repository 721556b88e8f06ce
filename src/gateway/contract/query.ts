/** The query of a URL, taken apart by `&` and `=`: every name with its values in order. */
import { Problem } from '../../contract/problem.ts';
import { badRequest } from '../../contract/problems.ts';

/** @throws Problem bad-request (400) where percent-encoding is broken */
export const parseQuery = (query: string): Map<string, string[]> => {
  const values = new Map<string, string[]>();
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1));
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  return values;
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new Problem(badRequest, 'The query has broken percent-encoding.');
  }
};
