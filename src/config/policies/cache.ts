/** Under `cache` in `gateway.yaml`: what caches of services may take together, and what one of them gives that is stale. */
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
  /** Of the server where answers are kept instead; undefined for this process. */
  readonly url?: string | undefined;
}

const staleLimits = z.strictObject({
  staleIfError: duration.default(600_000),
  staleWhileRevalidate: duration.default(0),
});

/** Milliseconds for which what is stale serves, where an answer does not say itself. */
export type ServiceCacheConfig = z.infer<typeof staleLimits>;

export const serviceCacheSchema = z
  .union([z.enum(['off', 'on']), staleLimits])
  .default('off')
  .describe(
    'HTTP cache for its responses, as their `Cache-Control` allows: `off`, `on`, or `{ staleIfError: 10m, staleWhileRevalidate: 0s }`. The two values say how long a stale response may be served while the service fails, or while it is revalidated, unless the response says so itself.',
  );

/** @returns undefined where nothing is kept */
export const serviceCacheOf = (value: z.infer<typeof serviceCacheSchema>): ServiceCacheConfig | undefined => {
  if (value === 'off') return undefined;
  return value === 'on' ? staleLimits.parse({}) : value;
};
