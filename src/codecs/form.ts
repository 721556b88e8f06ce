/**
 * Forms: `application/x-www-form-urlencoded` (URL Standard §5). A form has names and texts; which of them are numbers or
 * lists says its schema (OpenAPI 3.1 §4.8.15), with which its reader gives them types.
 */
import { isUtf8 } from 'node:buffer';
import { Problem } from '../contract/problem.ts';
import { badRequest, contentTooLarge } from '../contract/problems.ts';
import { parseUrlencoded } from '../http/uri/urlencoded.ts';
import type { Codec } from './codec.ts';

/** Each name with its values in the order of the form. */
export type FormFields = ReadonlyMap<string, readonly string[]>;

/** Each field costs, however short it is. */
const MOST_FIELDS = 1000;

export const form = {
  mediaTypes: ['application/x-www-form-urlencoded'],
  decode(bytes: Buffer): FormFields {
    if (!isUtf8(bytes)) throw new Problem(badRequest, 'The form is not UTF-8, as it has to be.');
    const text = bytes.toString();
    if (text.split('&', MOST_FIELDS + 1).length > MOST_FIELDS)
      throw new Problem(contentTooLarge, `A form has at most ${MOST_FIELDS} fields.`, {
        extensions: { limit: MOST_FIELDS },
      });
    return parseUrlencoded(text, 'The form');
  },
  encode(value: unknown) {
    const fields = value instanceof Map ? value : Object.entries(Object(value));
    const pairs = new URLSearchParams();
    for (const [name, values] of fields) for (const one of [values].flat()) pairs.append(name, String(one));
    return Buffer.from(pairs.toString());
  },
} satisfies Codec;
