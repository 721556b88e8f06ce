/** Creates the rate limits of a gateway. This module is loaded only if limits are configured. */
import type { Logger } from 'pino';
import type { RateLimitsConfig } from '../../config/policies/rate-limits.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';
import type { RateStore } from '../../outbound/rate-limits/rate-store.ts';
import { type RateLimits, rateLimits } from '../steps/rate-limit.ts';
import { declareRateLimits } from './declare.ts';
import { RateLimiter } from './rate-limiter.ts';

export interface CreateRateLimitsOptions {
  readonly config: RateLimitsConfig;
  /** URL of the server for `store: shared`. */
  readonly storeUrl: string | undefined;
  /** The limiter before a change. Buckets of unchanged rules and the connection to the store are kept. */
  readonly previous?: RateLimiter | undefined;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
}

export interface GatewayRateLimits {
  readonly limiter: RateLimiter;
  readonly steps: RateLimits;
  /** Declares 429 in documents. */
  declare(services: readonly ServiceDocument[]): readonly ServiceDocument[];
  /** Ends the use of the shared store. */
  release(): Promise<void>;
}

export async function createRateLimits({
  config,
  storeUrl,
  previous,
  logger,
}: CreateRateLimitsOptions): Promise<GatewayRateLimits> {
  const store =
    config.store === 'shared' && storeUrl !== undefined
      ? (previous?.store ?? (await connect(storeUrl, logger)))
      : undefined;
  store?.retain();
  const limiter = new RateLimiter({ config, previous, store });
  return {
    limiter,
    steps: rateLimits(limiter),
    declare: (services) => declareRateLimits(services, config.rules),
    release: async () => store?.release(),
  };
}

async function connect(url: string, logger: CreateRateLimitsOptions['logger']): Promise<RateStore> {
  const { RedisRateStore } = await import('../../outbound/rate-limits/redis-rate-store.ts');
  return new RedisRateStore({
    url,
    onAway: (reason) => logger.warn({ reason }, 'the shared store of rate limits is away or too slow'),
    onBack: () => logger.info('the shared store of rate limits responds again'),
  });
}
