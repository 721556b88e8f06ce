/** The headers that an operation which changes something takes, beside its own parameters. */
import { needsPrecondition, type Operation } from '../operation.ts';
import { z } from '../schema.ts';

/** 1 to 255 visible characters of ASCII; the draft has them in quotes, and few clients send them so. */
export const IDEMPOTENCY_KEY = /^(?:"([!#-[\]-~]{1,255})"|([!#-[\]-~]{1,255}))$/;

/** With its quotes. */
const LONGEST_KEY = 257;

const ifMatch = z.string().optional();
const whatIsSeen =
  'The `ETag` of the resource as it was seen: it is changed only while it is still so (412). `*`: however it is.';

/** @returns the parameters for the document; who enforces them is the service, each with a problem of its own */
export const requestHeaders = (operation: Operation) =>
  z.object({
    ...(needsPrecondition(operation)
      ? { 'If-Match': ifMatch.openapi({ description: `${whatIsSeen} Needed (428).`, example: '*' }) }
      : {}),
    ...(operation.method === 'post' && operation.params !== undefined
      ? { 'If-Match': ifMatch.openapi({ description: whatIsSeen }) }
      : {}),
    ...(operation.method === 'post'
      ? {
          'Idempotency-Key': z.string().max(LONGEST_KEY).regex(IDEMPOTENCY_KEY).optional().openapi({
            description:
              'Any text that is new for each thing to be done, as a UUID. Sent again with the same request within 24 hours, what was done is answered and not done twice.',
          }),
        }
      : {}),
    ...(operation.method === 'delete'
      ? {}
      : {
          Prefer: z.string().optional().openapi({
            description:
              '`return=minimal` for no body, `return=representation` for the resource, as without it.',
          }),
        }),
  });
