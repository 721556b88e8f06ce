/**
 * Creates the client of each service: its target, with a cache in front if `gateway.yaml` configures one. Cached
 * responses of a previous document or URL are never found again; the cache evicts them as least recently used.
 */
import { createHash } from 'node:crypto';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import type { Logger } from 'pino';
import type { GatewayConfig } from '../../config/yaml/gateway-yaml.ts';
import type { Cache } from '../../outbound/http-cache/cache.ts';
import { CachedTarget } from '../../outbound/http-cache/cached-target.ts';
import { ServiceCache } from '../../outbound/http-cache/service-cache.ts';
import type { Target } from '../../outbound/target.ts';
import type { Targets } from '../../outbound/targets.ts';
import type { Upstreams } from '../../outbound/upstream.ts';
import { credentialPlaces } from './credentials.ts';
import { type IdentityOptions, withIdentity } from './identity.ts';

export interface UpstreamsOptions {
  readonly config: Pick<GatewayConfig, 'services' | 'cache'>;
  readonly documents: ReadonlyMap<string, OpenAPIObject>;
  readonly targets: Targets;
  readonly cache: Cache;
  readonly logger: Pick<Logger, 'warn'>;
}

export function createUpstreams({ config, documents, targets, cache, logger }: UpstreamsOptions): Upstreams {
  const services = new Map(config.services.map((service) => [service.name, service]));
  const onStoreError = (reason: string) =>
    logger.warn({ reason }, 'the cache server is unreachable; responses are not cached until it is back');
  const withCache = (target: Target) => {
    const { name, urls } = target;
    const document = documents.get(name);
    const grace = services.get(name)?.cache;
    if (grace === undefined || document === undefined) return target;
    return new CachedTarget({
      target,
      cache: new ServiceCache({
        service: name,
        epoch: createHash('sha1')
          .update(JSON.stringify([urls.toSorted(), document]))
          .digest('base64url'),
        store: cache.store(config.cache, onStoreError),
        maxBodyBytes: config.cache.entry,
      }),
      statistics: cache.statistics(name),
      stalePolicy: {
        staleIfError: grace.staleIfError / 1000,
        staleWhileRevalidate: grace.staleWhileRevalidate / 1000,
      },
      credentials: credentialPlaces(document),
    });
  };
  return new Map([...targets].map(([name, target]) => [name, withCache(target)]));
}

/**
 * Tells services who calls. It is outside of the cache, so that the cache sees what the service sees.
 * @param identity what each service learns; services without an entry get requests as they are
 */
export const identifyCallers = (
  upstreams: Upstreams,
  identity: ReadonlyMap<string, IdentityOptions> = new Map(),
): Upstreams =>
  new Map(
    [...upstreams].map(([name, upstream]) => {
      const options = identity.get(name);
      return [name, options ? withIdentity(upstream, options) : upstream];
    }),
  );
