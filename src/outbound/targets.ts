/** The services that this process calls, by name; made once at start. */
import { defaultPolicy, type Policy } from '../config/policy.ts';
import { Target } from './target.ts';

export interface TargetOptions {
  readonly name: string;
  /** Scheme, host and port. */
  readonly url: string;
  readonly policy?: Policy;
}

export type Targets = ReadonlyMap<string, Target>;

export const createTargets = (services: readonly TargetOptions[]): Targets =>
  new Map(services.map(({ name, url, policy }) => [name, new Target(name, url, policy ?? defaultPolicy)]));

/** Lets what is in flight to any of them finish. */
export const closeTargets = async (targets: Targets): Promise<void> => {
  await Promise.all([...targets.values()].map((target) => target.close()));
};
