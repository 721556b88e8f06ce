/** When a circuit opens: by the share of failures over a time or over a number of calls, or by failures in a row. */
import { z } from 'zod';
import { duration } from '../units.ts';

const shared = {
  halfOpenAfter: duration.default(5_000).describe('Time until an open circuit lets one call try.'),
};
const share = {
  threshold: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.5)
    .describe('Share of failures that opens the circuit, of the kinds `sampling` and `count`.'),
  minimumCalls: z
    .int()
    .min(1)
    .default(5)
    .describe('Fewer calls never open the circuit, of the kinds `sampling` and `count`.'),
};

const ofKind = <Shape extends z.ZodRawShape>(kind: string, shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `a breaker of the kind ${kind} has no ${issue.keys.join(', ')}, but ${Object.keys(shape).join(', ')}`
        : undefined,
  });

/** `sampling` where none is named. */
export const breakerSchema = z
  .discriminatedUnion(
    'kind',
    [
      ofKind('sampling', {
        // Optional as well, so that the union takes its absence for this kind.
        kind: z
          .literal('sampling')
          .optional()
          .default('sampling')
          .describe(
            'What opens the circuit: `sampling`, a share of the calls within a time; `count`, a share of the latest calls; `consecutive`, failures in a row.',
          ),
        ...share,
        window: duration
          .refine((milliseconds) => milliseconds > 0, 'expected more than no time')
          .default(10_000)
          .describe('Time over which failures are counted, of the kind `sampling`.'),
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
          .describe('Latest calls of which failures are counted, of the kind `count`.'),
        ...shared,
      }).refine(({ calls, minimumCalls }) => minimumCalls <= calls, {
        path: ['minimumCalls'],
        error: 'is more than calls, so the circuit would never open',
      }),
      ofKind('consecutive', {
        kind: z.literal('consecutive'),
        failures: z
          .int()
          .min(1)
          .default(5)
          .describe('Failures in a row that open the circuit, of the kind `consecutive`.'),
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
