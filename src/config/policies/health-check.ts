/** How the instances of a service are asked whether they are well. */
import { z } from 'zod';
import { duration } from '../units.ts';

const someTime = duration.refine((milliseconds) => milliseconds > 0, 'expected more than no time');

export const healthSchema = z
  .strictObject({
    path: z
      .string()
      .regex(/^\/[^\s#]*$/, 'expected a path such as /health/ready')
      .describe(
        'Path that each instance is asked for whether it is well, such as `/health/ready`: a 2xx says so. What it says in `application/health+json` of other services is drawn on `/status`. Without it none is asked.',
      ),
    every: someTime
      .default(2_000)
      .describe(
        'Time between two such questions. Where an instance drains before it ends, as with `shutdown.drain`, it has to be less than that.',
      ),
    timeout: someTime.default(1_000).describe('Time for an answer to one.'),
    unhealthy: z
      .int()
      .min(1)
      .default(2)
      .describe(
        'Answers in a row that are none, or no 2xx, until calls go to other instances; one 503 is enough.',
      ),
    healthy: z.int().min(1).default(1).describe('2xx in a row until calls come again.'),
  })
  .optional();

export type HealthCheck = NonNullable<z.infer<typeof healthSchema>>;
