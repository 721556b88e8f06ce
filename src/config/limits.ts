/** What one request may cost, under `limits` in `gateway.yaml`; the gateway and services hold to the same. */
import { z } from 'zod';
import { duration, size } from './units.ts';

const expandLimitsSchema = z.strictObject({
  depth: z.int().min(1).default(3).describe('Relations in one path of `expand`.'),
  paths: z.int().min(1).default(10).describe('Paths in one `expand`.'),
  resources: z.int().min(1).default(200).describe('Different resources embedded in one answer.'),
  embeds: z.int().min(1).default(2000).describe('Places in one answer where a resource is embedded.'),
  bytes: size
    .default(4 * 1024 ** 2)
    .describe(
      'Most bytes of all that is embedded in one answer, such as `4mb`, counted in each place; about ten times as much memory is used for it. A part that is larger by itself is left out.',
    ),
  concurrency: z.int().min(1).default(16).describe('Calls of one expansion that run at once.'),
  deadline: duration
    .default(10_000)
    .describe('Time for an expanded answer; parts that are not there by then are left out.'),
});

const slowLimitsSchema = z.strictObject({
  head: duration
    .default(30_000)
    .describe('Time in which the head of a request has to arrive; then the client gets 408.'),
  rate: size
    .default(1024)
    .describe('Fewest bytes a second of a request body, measured over `limits.slow.over`; `0` takes any.'),
  over: duration
    .refine((milliseconds) => milliseconds > 0, 'expected more than no time')
    .default(10_000)
    .describe('Time over which the rate of a request body is measured; a slower client gets 408.'),
  reader: duration
    .default(60_000)
    .describe(
      'Time in which a client has to read something of a response that waits for it; `0` is forever.',
    ),
});

export const limitsSchema = z.strictObject({
  body: size.default(1024 ** 2).describe('Most bytes of a request body, such as `512kb`.'),
  depth: z
    .int()
    .min(1)
    .max(1000)
    .default(100)
    .describe('Most levels of arrays and objects in JSON of a request.'),
  duplicateMembers: z
    .enum(['reject', 'pass'])
    .default('reject')
    .describe(
      'Whether JSON of a request that has a member twice is refused: parsers differ in which of the two they take.',
    ),
  connections: z
    .int()
    .min(1)
    .optional()
    .describe(
      'Most connections of clients to one listener; without it a third of the files that the process may open, and 10,000 at most.',
    ),
  pipelining: z
    .int()
    .min(1)
    .default(8)
    .describe('Requests of one connection that are handled at once; those sent after them wait.'),
  slow: slowLimitsSchema.prefault({}),
  lift: size
    .default(1024 ** 2)
    .describe('Most bytes of an answer that links are added to; a larger one goes on as it is.'),
  responses: size
    .default(1024 ** 2)
    .describe('Most bytes of an answer that is held against its schema; a larger one goes on unverified.'),
  responseHeaders: size
    .default(64 * 1024)
    .describe('Most bytes of the head of a response of a service; a longer one becomes 502.'),
  expand: expandLimitsSchema.prefault({}),
});

export type ExpandLimits = z.infer<typeof expandLimitsSchema>;

/** What the connections of a listener are held to. */
export type ConnectionLimits = Pick<Limits, 'connections' | 'pipelining' | 'slow'>;

/** What is taken of JSON. */
export type JsonLimits = Pick<Limits, 'depth' | 'duplicateMembers'>;

export type Limits = z.infer<typeof limitsSchema>;

export const defaultLimits: Limits = limitsSchema.parse({});
