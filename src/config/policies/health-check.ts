/** The health checks of the instances of a service. */
import { z } from 'zod';
import { duration } from '../units.ts';

const positiveDuration = duration.refine((milliseconds) => milliseconds > 0, 'expected a duration above 0');

export const healthSchema = z
  .strictObject({
    path: z
      .string()
      .regex(/^\/[^\s#]*$/, 'expected a path such as /health/ready')
      .describe(
        'Path of the health check of each instance, such as `/health/ready`. A 2xx response means healthy. `/status` shows what an `application/health+json` response says about other services. Without it there are no health checks.',
      ),
    every: positiveDuration
      .default(2_000)
      .describe(
        'Time between two health checks. It must be shorter than the time for which an instance drains before it ends, such as `shutdown.drain`.',
      ),
    timeout: positiveDuration.default(1_000).describe('Time limit of one health check.'),
    unhealthy: z
      .int()
      .min(1)
      .default(2)
      .describe(
        'Number of failed health checks in a row after which an instance gets no calls. One 503 is enough.',
      ),
    healthy: z
      .int()
      .min(1)
      .default(1)
      .describe('Number of successful health checks in a row after which an instance gets calls again.'),
  })
  .optional();

export type HealthCheck = NonNullable<z.infer<typeof healthSchema>>;
