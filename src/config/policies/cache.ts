/** The sections `cache` of `gateway.yaml` and of a service: the size of the cache, and how long stale responses are served. */
import { z } from 'zod';
import { duration, size } from '../units.ts';

export const cacheSchema = z.strictObject({
  size: size
    .default(64 * 1024 ** 2)
    .describe('Maximum size of all cached responses in memory, for all services together.'),
  entry: size
    .default(1024 ** 2)
    .describe('Maximum size of one cached response. A larger one is passed on without caching.'),
});

export interface CacheConfig extends z.infer<typeof cacheSchema> {
  /** URL of a cache server; undefined for a cache in this process. */
  readonly url?: string | undefined;
}

const staleLimits = z.strictObject({
  staleIfError: duration.default(600_000),
  staleWhileRevalidate: duration.default(0),
});

/** How long stale responses are served, in milliseconds, unless a response says so itself. */
export type ServiceCacheConfig = z.infer<typeof staleLimits>;

export const serviceCacheSchema = z
  .union([z.enum(['off', 'on']), staleLimits])
  .default('off')
  .describe(
    'HTTP cache for its responses, as their `Cache-Control` allows: `off`, `on`, or `{ staleIfError: 10m, staleWhileRevalidate: 0s }`. The two values say how long a stale response may be served while the service fails, or while it is revalidated, unless the response says so itself.',
  );

/** @returns undefined if the cache is off */
export const serviceCacheOf = (value: z.infer<typeof serviceCacheSchema>): ServiceCacheConfig | undefined => {
  if (value === 'off') return undefined;
  return value === 'on' ? staleLimits.parse({}) : value;
};
