/** The services that this process calls, by name. */
import { isDeepStrictEqual } from 'node:util';
import type { ServicePolicies } from '../config/policies/policies.ts';
import { defaultPolicy } from '../config/policies/policy.ts';
import type { Lookup } from './instances/dns.ts';
import type { TargetLocation } from './instances/endpoints.ts';
import { Target, type TargetContext } from './target.ts';

export interface TargetOptions extends Partial<ServicePolicies>, Partial<Omit<TargetLocation, 'urls'>> {
  readonly name: string;
  readonly urls: readonly string[];
}

export type Targets = ReadonlyMap<string, Target>;

export const createTargets = (services: readonly TargetOptions[], resolve?: Lookup): Targets =>
  updateTargets(services, new Map(), { resolve });

/** A target that is called as before stays the same; of one that is not, the instances that are. */
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
        policy = defaultPolicy,
        operations = new Map(),
      }): [string, Target] => {
        const known = previous.get(name);
        const policies = { policy, operations };
        const place = { urls, health, lookup, headBytes };
        const isSame =
          isDeepStrictEqual(known?.location, place) && isDeepStrictEqual(known?.policies, policies);
        return [
          name,
          known && isSame ? known : new Target(name, place, policies, { ...parts, previous: known }),
        ];
      },
    ),
  );

/** Lets what is in flight to any of them finish. */
export const closeTargets = async (targets: Targets): Promise<void> => {
  await Promise.all([...targets.values()].map((target) => target.close()));
};

const retainCounts = new WeakMap<Target, number>();

/**
 * For targets that several owners share.
 *
 * @returns what lets go of them: each closes when nobody holds it any more
 */
export function retainTargets(targets: Targets): () => Promise<void> {
  for (const target of targets.values()) retainCounts.set(target, (retainCounts.get(target) ?? 0) + 1);
  return async () => {
    const free = [...targets].filter(([, target]) => {
      const left = (retainCounts.get(target) ?? 0) - 1;
      retainCounts.set(target, left);
      return left === 0;
    });
    await closeTargets(new Map(free));
  };
}
