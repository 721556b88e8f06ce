/**
 * Reads the body of an operation with the codec of its media type, and refuses a body where the operation has none.
 *
 * Reads `Content-Type`, `Content-Length`, `Content-Encoding`. Throws unsupported-media-type (415, RFC 9110
 * §15.5.16) with `supported`, and `Accept-Patch` (RFC 5789 §3.1), content-too-large (413), overloaded (503), bad-request (400) for
 * JSON that is malformed, nested too deeply, or has a duplicate member, and validation-failed (400) for a body that
 * the contract does not have.
 */
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import type { Codec } from '../codecs/codec.ts';
import { codecFor } from '../codecs/index.ts';
import type { Limits } from '../config/limits.ts';
import { ACCEPT_PATCH } from '../contract/media-types.ts';
import { Problem } from '../contract/problem.ts';
import { unsupportedMediaType, validationFailed } from '../contract/problems.ts';
import { type HeldBodies, HeldBody } from '../http/body/held-bodies.ts';
import { essence } from '../http/body/media-type.ts';
import { hasBody, isEmptyBody } from '../http/body/request-body.ts';
import { readWholeBody } from '../http/body/whole-body.ts';

/** @param types media types of the operation */
export function readBody(
  types: readonly string[],
  limits: Pick<Limits, 'body' | 'bodies' | 'depth' | 'duplicateMembers'>,
  heldBodies: HeldBodies,
): RequestHandler {
  return (req, res, next) => {
    const codec = codecOf(req, types);
    if (!hasBody(req)) return next();
    readWholeBody(req, new HeldBody(heldBodies, limits.bodies, res), limits)
      .then(({ decoded }) => {
        // An empty body counts as an object without members, so that validation reports what is missing.
        req.body = decoded.length === 0 ? {} : codec.decode(decoded, undefined, limits);
      })
      .then(() => next(), next);
  };
}

/** @throws Problem unsupported-media-type (415) */
function codecOf(req: IncomingMessage, types: readonly string[]): Codec {
  const type = req.headers['content-type'];
  const name = type === undefined ? undefined : essence(type);
  const codec = name !== undefined && types.includes(name) ? codecFor(name) : undefined;
  if (type !== undefined && codec !== undefined && codec.unsupportedReason?.(type) === undefined)
    return codec;
  throw new Problem(
    unsupportedMediaType,
    `The Content-Type is ${type ?? 'missing'}; this operation accepts ${types.join(' or ')}.`,
    {
      extensions: { supported: types },
      headers: req.method === 'PATCH' ? { [ACCEPT_PATCH]: types.join(', ') } : {},
    },
  );
}

/** Refuses the body of an operation that has none. An empty body is accepted. */
export const rejectBody: RequestHandler = (req, _res, next) => {
  if (!hasBody(req)) return next();
  isEmptyBody(req).then((isEmpty) => next(isEmpty ? undefined : unexpectedBodyProblem()), next);
};

const unexpectedBodyProblem = (): Problem =>
  new Problem(validationFailed, 'This operation takes no body.', {
    extensions: {
      errors: [{ in: 'body', pointer: '#', detail: 'is not expected: this operation takes no body' }],
    },
  });
