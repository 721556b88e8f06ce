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

export const limitsSchema = z.strictObject({
  body: size.default(1024 ** 2).describe('Most bytes of a request body, such as `512kb`.'),
  lift: size
    .default(1024 ** 2)
    .describe('Most bytes of an answer that links are added to; a larger one goes on as it is.'),
  responses: size
    .default(1024 ** 2)
    .describe('Most bytes of an answer that is held against its schema; a larger one goes on unverified.'),
  expand: expandLimitsSchema.prefault({}),
});

export type ExpandLimits = z.infer<typeof expandLimitsSchema>;

export type Limits = z.infer<typeof limitsSchema>;

export const defaultLimits: Limits = limitsSchema.parse({});
