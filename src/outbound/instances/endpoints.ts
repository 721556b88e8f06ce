/** The endpoints of a target, after those that it had before: a reload changes no more than it has to. */
import { isDeepStrictEqual } from 'node:util';
import { defaultLimits } from '../../config/limits.ts';
import type { HealthCheck } from '../../config/policies/health-check.ts';
import { Endpoint, type EndpointOptions, freeId } from './endpoint.ts';

export interface TargetLocation {
  /** Scheme, host and port of each place where it listens. */
  readonly urls: readonly string[];
  /** How each instance is asked whether it is well, where it is. */
  readonly health?: HealthCheck | undefined;
  /** How often the addresses of its host names are looked up, in milliseconds; 0 is never. */
  readonly lookup: number;
  /** Most bytes of the head of a response. */
  readonly headBytes?: number | undefined;
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

/** One whose URL stays is the same; where it is called otherwise, at least its ids and isolations stay. */
export function updateEndpoints(place: TargetLocation, { previous, ...options }: UpdateOptions): Endpoint[] {
  const { urls, health, lookup: interval, headBytes = defaultLimits.responseHeaders } = place;
  const before = new Map(previous?.endpoints.map((endpoint) => [endpoint.url, endpoint]));
  const isSame =
    previous?.isSamePolicy && isDeepStrictEqual({ ...place, urls: [] }, { ...previous.location, urls: [] });
  const ids = new Set(urls.flatMap((url) => before.get(url)?.id ?? []));
  return urls.map((url) => {
    const known = before.get(url);
    if (known && isSame) return known;
    const id = known?.id ?? freeId('', ids);
    ids.add(id);
    return new Endpoint({ ...options, id, url, health, interval, headBytes, previous: known });
  });
}
