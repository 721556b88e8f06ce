/**
 * Time limits, retries, bulkhead and circuit breaker of calls to a service. `policy` in `gateway.yaml` applies to all
 * services. Services and operations can override it.
 */
import { z } from 'zod';
import { duration } from '../units.ts';
import { breakerSchema } from './breaker.ts';

export const policySchema = z
  .strictObject({
    deadline: duration.default(10_000).describe('Time limit of a call with all its attempts.'),
    minimumTime: duration
      .default(5)
      .describe(
        'Minimum time that must be left for an attempt. With less, the gateway responds with 504 instead.',
      ),
    attemptTimeout: duration
      .default(5_000)
      .describe(
        'Time limit of one attempt until the headers of the response, or until its end where `Content-Length` is at most 64 KB. Uploads have no time limit while the service is reading.',
      ),
    connectTimeout: duration.default(2_000).describe('Time limit for making a connection.'),
    idleTimeout: duration.default(60_000).describe('Maximum pause within the body of a response.'),
    retry: z
      .strictObject({
        attempts: z
          .int()
          .min(0)
          .max(10)
          .default(2)
          .describe('Maximum number of retries after the first attempt. `retry: off` means none.'),
        delay: duration
          .default(50)
          .describe(
            'Upper bound of the pause before the first retry. It doubles with each retry, with jitter.',
          ),
        budget: z
          .number()
          .min(0)
          .max(1)
          .default(0.2)
          .describe(
            'Maximum share of retries among the calls of the last 10 s, besides 10 that are always allowed, so that retries never overload a service.',
          ),
      })
      .prefault({}),
    bulkhead: z
      .strictObject({
        concurrent: z.int().min(1).default(128).describe('Maximum number of concurrent calls.'),
        queued: z.int().min(0).default(256).describe('Maximum number of queued calls.'),
      })
      .prefault({}),
    breaker: breakerSchema,
  })
  .refine(({ deadline, minimumTime }) => minimumTime < deadline, {
    path: ['minimumTime'],
    error: 'must be less than deadline; otherwise no call would ever be made',
  });

export type Policy = z.infer<typeof policySchema>;

/** The input type: every key has a default. */
export type PolicyInput = z.input<typeof policySchema>;

export const defaultPolicy: Policy = policySchema.parse({});
