/** JSON (RFC 8259). */
import { isUtf8 } from 'node:buffer';
import { Problem } from '../contract/problem.ts';
import { badRequest } from '../contract/problems.ts';
import type { Codec } from './codec.ts';
import { stringifyExact } from './exact-json.ts';
import { isUtf8Charset, JsonError, readJson } from './read-json.ts';

export const json: Codec = {
  mediaTypes: ['application/json', '*+json'],
  unsupportedReason: (contentType) =>
    isUtf8Charset(contentType) ? undefined : 'is JSON, whose only charset is UTF-8 (RFC 8259 §8.1)',
  decode(bytes, _schema, limits) {
    // Decoding would replace invalid bytes by other characters.
    if (!isUtf8(bytes))
      throw new Problem(badRequest, 'The body is not valid UTF-8, which JSON requires (RFC 8259 §8.1).');
    try {
      return readJson(bytes.toString(), limits);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      throw new Problem(badRequest, `The body ${error.message}.`);
    }
  },
  encode: (value) => Buffer.from(stringifyExact(value)),
};
