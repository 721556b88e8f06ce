/** The services that this process calls, by name. */
import { isDeepStrictEqual } from 'node:util';
import type { ServicePolicies } from '../config/policies.ts';
import { defaultPolicy } from '../config/policy.ts';
import { Target } from './target.ts';

export interface TargetOptions extends Partial<ServicePolicies> {
  readonly name: string;
  /** Scheme, host and port. */
  readonly url: string;
}

export type Targets = ReadonlyMap<string, Target>;

export const createTargets = (services: readonly TargetOptions[]): Targets => renewTargets(services);

/** A target that is called as before stays the same, with its connections, its breaker and its statistics. */
export const renewTargets = (services: readonly TargetOptions[], previous: Targets = new Map()): Targets =>
  new Map(
    services.map(({ name, url, policy = defaultPolicy, operations = new Map() }) => {
      const known = previous.get(name);
      const policies = { policy, operations };
      const isSame = known?.url === url && isDeepStrictEqual(known.policies, policies);
      return [name, isSame ? known : new Target(name, url, policies)];
    }),
  );

/** Lets what is in flight to any of them finish. */
export const closeTargets = async (targets: Targets): Promise<void> => {
  await Promise.all([...targets.values()].map((target) => target.close()));
};

const holders = new WeakMap<Target, number>();

/**
 * For targets that several owners share.
 *
 * @returns what lets go of them: each closes when nobody holds it any more
 */
export function holdTargets(targets: Targets): () => Promise<void> {
  for (const target of targets.values()) holders.set(target, (holders.get(target) ?? 0) + 1);
  return async () => {
    const free = [...targets].filter(([, target]) => {
      const left = (holders.get(target) ?? 0) - 1;
      holders.set(target, left);
      return left === 0;
    });
    await closeTargets(new Map(free));
  };
}
