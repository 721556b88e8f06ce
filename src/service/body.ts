/**
 * Reads the JSON body of operations that take one.
 *
 * Reads `Content-Type`, `Content-Length`, `Content-Encoding`. Throws unsupported-media-type (415, RFC 9110
 * §15.5.16) with `supported`, and `Accept-Patch` (RFC 5789 §3.1), content-too-large (413), bad-request (400) for malformed JSON.
 */
import { isUtf8 } from 'node:buffer';
import express, { type RequestHandler } from 'express';
import { ACCEPT_PATCH } from '../contract/media-types.ts';
import { Problem } from '../contract/problem.ts';
import { badRequest, unsupportedMediaType } from '../contract/problems.ts';

/** Decoding would put another character in the place of a broken one. */
const onlyUtf8 = (_req: unknown, _res: unknown, bytes: Buffer): void => {
  if (!isUtf8(bytes))
    throw new Problem(badRequest, 'The body is not UTF-8, as JSON has to be (RFC 8259 §8.1).');
};

/**
 * @param types what the operation takes
 * @param limit bytes
 */
export function jsonBody(types: readonly string[], limit: number): RequestHandler[] {
  const accepted: RequestHandler = (req, _res, next) => {
    if (req.is([...types])) return next();
    const type = req.headers['content-type'] ?? 'no media type';
    throw new Problem(unsupportedMediaType, `Not ${type}, but ${types.join(' or ')}.`, {
      extensions: { supported: types },
      headers: req.method === 'PATCH' ? { [ACCEPT_PATCH]: types.join(', ') } : {},
    });
  };
  return [accepted, express.json({ limit, strict: false, verify: onlyUtf8, type: () => true })];
}
