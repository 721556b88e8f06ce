/**
 * Reads the JSON body of operations that take one, and refuses a body where none is taken.
 *
 * Reads `Content-Type`, `Content-Length`, `Content-Encoding`. Throws unsupported-media-type (415, RFC 9110
 * §15.5.16) with `supported`, and `Accept-Patch` (RFC 5789 §3.1), content-too-large (413), bad-request (400) for JSON
 * that is malformed, nested too deeply, or has a member twice, validation-failed (400) for a body that no contract has.
 */
import { isUtf8 } from 'node:buffer';
import type { RequestHandler } from 'express';
import type { Limits } from '../config/limits.ts';
import { ACCEPT_PATCH } from '../contract/media-types.ts';
import { Problem } from '../contract/problem.ts';
import { badRequest, unsupportedMediaType, validationFailed } from '../contract/problems.ts';
import { isUtf8Charset, JsonFault, readJson } from '../http/body/read-json.ts';
import { hasBody, isEmptyBody } from '../http/body/request-body.ts';
import { collectBody, decodedBody } from '../http/body/whole-body.ts';

/** @param types what the operation takes */
export function jsonBody(
  types: readonly string[],
  limits: Pick<Limits, 'body' | 'depth' | 'duplicateMembers'>,
): RequestHandler[] {
  const accepted: RequestHandler = (req, _res, next) => {
    const type = req.headers['content-type'];
    if (type !== undefined && req.is([...types]) && isUtf8Charset(type)) return next();
    throw new Problem(unsupportedMediaType, `Not ${type ?? 'no media type'}, but ${types.join(' or ')}.`, {
      extensions: { supported: types },
      headers: req.method === 'PATCH' ? { [ACCEPT_PATCH]: types.join(', ') } : {},
    });
  };
  const parsed: RequestHandler = (req, _res, next) => {
    if (!hasBody(req)) return next();
    collectBody(req, limits.body)
      .then(async (bytes) => {
        req.body = readValue(await decodedBody(req, bytes, limits.body), limits);
      })
      .then(() => next(), next);
  };
  return [accepted, parsed];
}

/** Nothing at all is taken for an object without members, which says more of what is missing. */
function readValue(bytes: Buffer, limits: Pick<Limits, 'depth' | 'duplicateMembers'>): unknown {
  if (bytes.length === 0) return {};
  // Decoding would put another character in the place of a broken one.
  if (!isUtf8(bytes))
    throw new Problem(badRequest, 'The body is not UTF-8, as JSON has to be (RFC 8259 §8.1).');
  try {
    return readJson(bytes.toString(), limits);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw new Problem(badRequest, `The body ${error.message}.`);
  }
}

/** Of an operation that takes none; one that says nothing is as good as none. */
export const noBody: RequestHandler = (req, _res, next) => {
  if (!hasBody(req)) return next();
  isEmptyBody(req).then((isEmpty) => next(isEmpty ? undefined : undeclared()), next);
};

const undeclared = (): Problem =>
  new Problem(validationFailed, 'This operation takes no body.', {
    extensions: {
      errors: [{ in: 'body', pointer: '#', detail: 'is not expected: this operation takes no body' }],
    },
  });
