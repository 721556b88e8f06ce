/** The services that this process calls, by name. */
import { isDeepStrictEqual } from 'node:util';
import type { ServicePolicies } from '../config/policies/policies.ts';
import { defaultPolicy, type Policy } from '../config/policies/policy.ts';
import type { Lookup } from './instances/dns.ts';
import type { TargetLocation } from './instances/endpoints.ts';
import { Mirror } from './mirror.ts';
import { Target, type TargetContext } from './target.ts';

export interface TargetOptions extends Partial<ServicePolicies>, Partial<Omit<TargetLocation, 'urls'>> {
  readonly name: string;
  readonly urls: readonly string[];
}

export type Targets = ReadonlyMap<string, Target>;

export const createTargets = (services: readonly TargetOptions[], resolve?: Lookup): Targets =>
  updateTargets(services, new Map(), { resolve });

/** Keeps targets whose configuration has not changed, and unchanged instances of the others. */
export const updateTargets = (
  services: readonly TargetOptions[],
  previous: Targets = new Map(),
  parts: Omit<TargetContext, 'previous'> = {},
): Targets =>
  new Map(
    services.map(
      ({
        name,
        urls,
        health,
        lookup = 0,
        headBytes,
        weights,
        mirror,
        tls,
        policy = defaultPolicy,
        operations = new Map(),
      }): [string, Target] => {
        const known = previous.get(name);
        const policies = { policy, operations };
        const place = { urls, weights, mirror, health, lookup, headBytes, ...(tls && { tls }) };
        const isSame =
          isDeepStrictEqual(known?.location, place) && isDeepStrictEqual(known?.policies, policies);
        if (known && isSame) return [name, known];
        const copies = mirror && createMirror(name, place, policy, { ...parts, previous: known });
        return [name, new Target(name, place, policies, { ...parts, previous: known, mirror: copies })];
      },
    ),
  );

/** A mirror has circuit breakers of its own, so that one that is down costs little, and no retries. */
function createMirror(
  service: string,
  { mirror, lookup, headBytes }: TargetLocation,
  policy: Policy,
  { previous, ...parts }: TargetContext,
): Mirror | undefined {
  if (mirror === undefined) return undefined;
  const { url, timeout, concurrent } = mirror;
  const upstream = new Target(
    `${service} mirror`,
    { urls: [url], lookup, headBytes },
    {
      policy: {
        ...policy,
        deadline: timeout,
        attemptTimeout: timeout,
        minimumTime: 0,
        retry: { ...policy.retry, attempts: 0 },
        bulkhead: { concurrent, queued: 0 },
      },
      operations: new Map(),
    },
    parts,
  );
  return new Mirror({ ...mirror, upstream, previous: previous?.mirror });
}

/** Waits for the calls in flight. */
export const closeTargets = async (targets: Targets): Promise<void> => {
  await Promise.all([...targets.values()].map((target) => target.close()));
};

const retainCounts = new WeakMap<Target, number>();

/**
 * Retains targets that several owners share.
 * @returns a function that releases them: a target closes when its last owner has released it
 */
export function retainTargets(targets: Targets): () => Promise<void> {
  for (const target of targets.values()) retainCounts.set(target, (retainCounts.get(target) ?? 0) + 1);
  return async () => {
    const unused = [...targets].filter(([, target]) => {
      const owners = (retainCounts.get(target) ?? 0) - 1;
      retainCounts.set(target, owners);
      return owners === 0;
    });
    await closeTargets(new Map(unused));
  };
}
