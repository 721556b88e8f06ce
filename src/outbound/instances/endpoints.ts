/** Updates the endpoints of a target at a reload, and keeps those that have not changed. */
import { isDeepStrictEqual } from 'node:util';
import { defaultLimits } from '../../config/limits.ts';
import type { HealthCheck } from '../../config/policies/health-check.ts';
import type { MirrorConfig } from '../../config/policies/mirror.ts';
import type { CredentialNames } from '../mirror.ts';
import type { UpstreamTls } from '../upstream-tls.ts';
import { Endpoint, type EndpointOptions, freeId } from './endpoint.ts';

/** A mirror, and what the document says about credentials. */
interface MirrorLocation extends MirrorConfig {
  readonly credentialNames?: CredentialNames | undefined;
}

/** Where a target is, and how its instances are found. */
export interface TargetLocation {
  /** Scheme, host and port of each endpoint. */
  readonly urls: readonly string[];
  /** Relative shares of the calls, in the order of `urls`; undefined if all are equal. */
  readonly weights?: readonly number[] | undefined;
  /** Where copies of the calls go. */
  readonly mirror?: MirrorLocation | undefined;
  /** The health check of each instance, where there is one. */
  readonly health?: HealthCheck | undefined;
  /** Milliseconds between two lookups of the addresses of the host names; 0 disables them. */
  readonly lookup: number;
  /** Maximum size of the head of a response. */
  readonly headBytes?: number | undefined;
  /** Certificates for TLS connections. */
  readonly tls?: UpstreamTls | undefined;
}

interface UpdateOptions extends Pick<EndpointOptions, 'connectTimeout' | 'circuits' | 'lookup'> {
  readonly previous?:
    | {
        readonly location: TargetLocation;
        readonly endpoints: readonly Endpoint[];
        readonly isSamePolicy: boolean;
      }
    | undefined;
}

/** An endpoint whose URL and policy stay is kept; one whose policy changes keeps its ids and isolated instances. */
export function updateEndpoints(
  location: TargetLocation,
  { previous, ...options }: UpdateOptions,
): Endpoint[] {
  const { urls, health, lookup: interval, headBytes = defaultLimits.responseHeaders, tls } = location;
  const before = new Map(previous?.endpoints.map((endpoint) => [endpoint.url, endpoint]));
  const isSame =
    previous?.isSamePolicy && isDeepStrictEqual(ofInstances(location), ofInstances(previous.location));
  const ids = new Set(urls.flatMap((url) => before.get(url)?.id ?? []));
  return urls.map((url) => {
    const known = before.get(url);
    if (known && isSame) return known;
    const id = known?.id ?? freeId('', ids);
    ids.add(id);
    return new Endpoint({ ...options, id, url, health, interval, headBytes, tls, previous: known });
  });
}

/** The part that concerns each instance by itself. */
const ofInstances = ({ urls: _, weights: __, mirror: ___, ...rest }: TargetLocation) => rest;
