/**
 * Forms: `application/x-www-form-urlencoded` (URL Standard §5). A form has names and texts. The schema says which
 * of them are numbers or lists (OpenAPI 3.1 §4.8.15), and the reader of the form converts them.
 */
import { isUtf8 } from 'node:buffer';
import { Problem } from '../contract/problem.ts';
import { badRequest, contentTooLarge } from '../contract/problems.ts';
import { parseUrlencoded } from '../http/uri/urlencoded.ts';
import type { Codec } from './codec.ts';

/** The values of each name, in the order of the form. */
export type FormFields = ReadonlyMap<string, readonly string[]>;

/** Limits the number of fields, because even an empty field has a cost. */
const MAX_FIELDS = 1000;

export const form = {
  mediaTypes: ['application/x-www-form-urlencoded'],
  decode(bytes: Buffer): FormFields {
    if (!isUtf8(bytes)) throw new Problem(badRequest, 'The form is not valid UTF-8.');
    const text = bytes.toString();
    if (text.split('&', MAX_FIELDS + 1).length > MAX_FIELDS)
      throw new Problem(contentTooLarge, `A form may have at most ${MAX_FIELDS} fields.`, {
        extensions: { limit: MAX_FIELDS },
      });
    return parseUrlencoded(text, 'The form');
  },
  encode(form: unknown) {
    const fields = form instanceof Map ? form : Object.entries(Object(form));
    const pairs = new URLSearchParams();
    for (const [name, values] of fields)
      for (const value of [values].flat()) pairs.append(name, String(value));
    return Buffer.from(pairs.toString());
  },
} satisfies Codec;
