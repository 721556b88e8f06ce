/** The circuit breaker: it opens by a share of failures within a time window or a number of calls, or by consecutive failures. */
import { z } from 'zod';
import { duration } from '../units.ts';

const shared = {
  halfOpenAfter: duration
    .default(5_000)
    .describe('Time after which an open circuit lets one trial call through.'),
};
const share = {
  threshold: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.5)
    .describe('Share of failures that opens the circuit, from 0 to 1. For the kinds `sampling` and `count`.'),
  minimumCalls: z
    .int()
    .min(1)
    .default(5)
    .describe('Minimum number of calls before the circuit can open. For the kinds `sampling` and `count`.'),
};

const ofKind = <Shape extends z.ZodRawShape>(kind: string, shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `a breaker of kind ${kind} has no ${issue.keys.join(', ')}; expected ${Object.keys(shape).join(', ')}`
        : undefined,
  });

/** The default kind is `sampling`. */
export const breakerSchema = z
  .discriminatedUnion(
    'kind',
    [
      ofKind('sampling', {
        // Optional as well, so that the union selects this kind by default.
        kind: z
          .literal('sampling')
          .optional()
          .default('sampling')
          .describe(
            'What opens the circuit: `sampling`: the share of failures within a time window; `count`: the share of failures among the latest calls; `consecutive`: failures in a row.',
          ),
        ...share,
        window: duration
          .refine((milliseconds) => milliseconds > 0, 'expected a duration above 0')
          .default(10_000)
          .describe('Time window in which failures are counted. For the kind `sampling`.'),
        ...shared,
      }),
      ofKind('count', {
        kind: z.literal('count'),
        ...share,
        calls: z
          .int()
          .min(1)
          .max(10_000)
          .default(100)
          .describe('Number of latest calls among which failures are counted. For the kind `count`.'),
        ...shared,
      }).refine(({ calls, minimumCalls }) => minimumCalls <= calls, {
        path: ['minimumCalls'],
        error: 'is greater than calls, so the circuit would never open',
      }),
      ofKind('consecutive', {
        kind: z.literal('consecutive'),
        failures: z
          .int()
          .min(1)
          .default(5)
          .describe('Number of failures in a row that opens the circuit. For the kind `consecutive`.'),
        ...shared,
      }),
    ],
    {
      error: (issue) =>
        issue.code === 'invalid_union' ? 'expected sampling, count or consecutive' : undefined,
    },
  )
  .prefault({});

export type BreakerPolicy = z.infer<typeof breakerSchema>;
