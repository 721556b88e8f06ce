/**
 * How calls to a target are bounded, repeated and cut off. `gateway.yaml` has what holds for all services under
 * `policy`, and differences at a service and at its operations.
 */
import { z } from 'zod';
import { duration } from '../units.ts';
import { breakerSchema } from './breaker.ts';

export const policySchema = z
  .strictObject({
    deadline: duration.default(10_000).describe('Time for a call with all its attempts.'),
    minimumTime: duration
      .default(5)
      .describe(
        'Least time that has to be left for an attempt; with less it is not made, but answered with 504.',
      ),
    attemptTimeout: duration
      .default(5_000)
      .describe(
        'Time for one attempt to give the head of an answer, and the whole of one that says it has up to 64 KB.',
      ),
    connectTimeout: duration.default(2_000).describe('Time for a connection to be made.'),
    idleTimeout: duration.default(60_000).describe('Longest silence within the body of an answer.'),
    retry: z
      .strictObject({
        attempts: z
          .int()
          .min(0)
          .max(10)
          .default(2)
          .describe('Repetitions after the first attempt; `retry: off` is none.'),
        delay: duration
          .default(50)
          .describe('Upper bound of the first pause; doubles each time, with jitter.'),
        budget: z
          .number()
          .min(0)
          .max(1)
          .default(0.2)
          .describe(
            'Share of the calls of the last 10 s that may be repeated, beside 10 that always may, so that retries never drown a target.',
          ),
      })
      .prefault({}),
    bulkhead: z
      .strictObject({
        concurrent: z.int().min(1).default(128).describe('Calls that wait for an answer at once.'),
        queued: z.int().min(0).default(256).describe('Calls that may wait for their turn.'),
      })
      .prefault({}),
    breaker: breakerSchema,
  })
  .refine(({ deadline, minimumTime }) => minimumTime < deadline, {
    path: ['minimumTime'],
    error: 'is not less than deadline, so that no call would be made',
  });

export type Policy = z.infer<typeof policySchema>;

/** What one may write: everything has a default. */
export type PolicyInput = z.input<typeof policySchema>;

export const defaultPolicy: Policy = policySchema.parse({});
