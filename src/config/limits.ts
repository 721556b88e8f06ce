/** The section `limits` of `gateway.yaml`: limits for requests, which the gateway and the services both enforce. */
import { z } from 'zod';
import { webSocketLimitsSchema } from './policies/web-socket.ts';
import { duration, size } from './units.ts';

const expandLimitsSchema = z.strictObject({
  depth: z.int().min(1).default(3).describe('Maximum number of relations in one path of `expand`.'),
  paths: z.int().min(1).default(10).describe('Maximum number of paths in one `expand`.'),
  resources: z
    .int()
    .min(1)
    .default(200)
    .describe('Maximum number of different resources embedded in one response.'),
  embeds: z
    .int()
    .min(1)
    .default(2000)
    .describe(
      'Maximum number of embeddings in one response. A resource that is embedded twice counts twice.',
    ),
  bytes: size
    .default(4 * 1024 ** 2)
    .describe(
      'Maximum size of everything embedded in one response, such as `4mb`; each embedding counts. It needs about ten times as much memory. A part that is larger on its own is left out.',
    ),
  concurrency: z.int().min(1).default(16).describe('Maximum number of concurrent calls of one expansion.'),
  deadline: duration
    .default(10_000)
    .describe('Time limit of an expanded response. Parts that are missing by then are left out.'),
});

const slowLimitsSchema = z.strictObject({
  head: duration
    .default(30_000)
    .describe('Time limit for the headers of a request. After it the client gets 408.'),
  rate: size
    .default(1024)
    .describe(
      'Minimum rate of a request body in bytes per second, measured over `limits.slow.over`. `0` accepts any rate.',
    ),
  over: duration
    .refine((milliseconds) => milliseconds > 0, 'expected a duration above 0')
    .default(10_000)
    .describe('Time over which the rate of a request body is measured. A slower client gets 408.'),
  reader: duration
    .default(60_000)
    .describe(
      'Time after which a client that reads nothing of its response is disconnected. `0` is no limit.',
    ),
});

export const limitsSchema = z.strictObject({
  body: size.default(1024 ** 2).describe('Maximum size of a request body, such as `512kb`.'),
  bodies: size
    .default(256 * 1024 ** 2)
    .describe(
      'Maximum memory of all request bodies that one process holds at once. Above it the client gets 503.',
    ),
  depth: z.int().min(1).max(1000).default(100).describe('Maximum nesting depth of JSON in a request.'),
  duplicateMembers: z
    .enum(['reject', 'pass'])
    .default('reject')
    .describe(
      'What to do with JSON in a request that has the same member twice. Parsers disagree on which of the two counts.',
    ),
  connections: z
    .int()
    .min(1)
    .optional()
    .describe(
      'Maximum number of client connections to one listener. By default: a third of the files that the process may open, and at most 10,000.',
    ),
  pipelining: z
    .int()
    .min(1)
    .default(8)
    .describe(
      'Maximum number of requests of one connection that are processed at the same time. Later ones wait.',
    ),
  streams: z
    .int()
    .min(1)
    .default(100)
    .describe(
      'Maximum number of concurrent requests of one HTTP/2 connection. Clients keep further ones back. All HTTP/2 connections together have at most `limits.connections` requests.',
    ),
  slow: slowLimitsSchema.prefault({}),
  webSockets: webSocketLimitsSchema.prefault({}),
  lift: size
    .default(1024 ** 2)
    .describe('Maximum size of a response that links are added to. A larger one is passed on unchanged.'),
  responses: size
    .default(1024 ** 2)
    .describe(
      'Maximum size of a response that is validated against its schema. A larger one is passed on without validation.',
    ),
  responseHeaders: size
    .default(64 * 1024)
    .describe(
      'Maximum size of the headers of a service’s response. A response with larger headers becomes 502.',
    ),
  expand: expandLimitsSchema.prefault({}),
});

export type ExpandLimits = z.infer<typeof expandLimitsSchema>;

/** The limits for the connections of a listener. */
export type ConnectionLimits = Pick<Limits, 'connections' | 'pipelining' | 'streams' | 'slow'>;

/** The limits for JSON in requests. */
export type JsonLimits = Pick<Limits, 'depth' | 'duplicateMembers'>;

export type Limits = z.infer<typeof limitsSchema>;

export const defaultLimits: Limits = limitsSchema.parse({});
