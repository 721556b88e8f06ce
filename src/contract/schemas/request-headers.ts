/** The request headers that the library adds to operations with an unsafe method. */
import { needsPrecondition, type Operation } from '../operation.ts';
import { z } from '../schema.ts';

/** 1 to 255 visible ASCII characters, with or without the quotes that the draft requires but few clients send. */
export const IDEMPOTENCY_KEY = /^(?:"([!#-[\]-~]{1,255})"|([!#-[\]-~]{1,255}))$/;

/** Including the quotes. */
const MAX_KEY_LENGTH = 257;

const ifMatch = z.string().optional();
const IF_MATCH_DESCRIPTION =
  'The `ETag` that the client has seen. The resource is changed only if it still has that `ETag`; otherwise 412. `*` matches any state.';

/** @returns the parameters for the document; the service enforces each with its own problem type */
export const requestHeaders = (operation: Operation) =>
  z.object({
    ...(needsPrecondition(operation)
      ? {
          'If-Match': ifMatch.openapi({
            description: `${IF_MATCH_DESCRIPTION} Required; without it 428.`,
            example: '*',
          }),
        }
      : {}),
    ...(operation.method === 'post' && operation.params !== undefined
      ? { 'If-Match': ifMatch.openapi({ description: IF_MATCH_DESCRIPTION }) }
      : {}),
    ...(operation.method === 'post'
      ? {
          'Idempotency-Key': z.string().max(MAX_KEY_LENGTH).regex(IDEMPOTENCY_KEY).optional().openapi({
            description:
              'A unique string for each new request, such as a UUID. A repeated request with the same key within 24 hours gets the first response and is not processed twice.',
          }),
        }
      : {}),
    ...(operation.method === 'delete'
      ? {}
      : {
          Prefer: z.string().optional().openapi({
            description:
              '`return=minimal` for no body; `return=representation`, the default, for the resource.',
          }),
        }),
  });
