/**
 * The policies of a service and its operations. The policy of an operation overrides that of its service, which overrides
 * the global `policy`. Each is an object or the name of one of `policies`.
 */
import { type Faults, suggestionFor } from '../yaml/faults.ts';
import { isPlainObject, mergePolicy } from './merge-policy.ts';
import { defaultPolicy, type Policy, policySchema } from './policy.ts';

export interface OperationPolicy {
  readonly policy: Policy;
  /** The parts that the operation does not share with the rest of its service. */
  readonly own: { readonly bulkhead: boolean; readonly breaker: boolean };
}

export interface ServicePolicies {
  readonly policy: Policy;
  /** Policies that differ from the service, by operation id. */
  readonly operations: ReadonlyMap<string, OperationPolicy>;
}

type Path = readonly PropertyKey[];

interface PolicyRoot {
  readonly policy?: unknown;
  readonly policies: Readonly<Record<string, unknown>>;
}

interface PolicyEntries {
  readonly policy?: unknown;
  readonly operations: Readonly<Record<string, { readonly policy?: unknown }>>;
}

/** Settings of connections and retry budgets, which all operations share. */
const SERVICE_ONLY_KEYS = [['connectTimeout'], ['retry', 'budget']] as const;

/** Adds faults to `faults`. If there are any, the result must not be used. */
export function policyReader({ policy: all, policies }: PolicyRoot, faults: Faults) {
  const check = (value: unknown, at: Path): Policy => faults.check(policySchema, value, at) ?? defaultPolicy;

  check(mergePolicy(undefined, all), ['policy']);
  for (const [name, written] of Object.entries(policies))
    check(mergePolicy(all, written), ['policies', name]);

  const named = (written: unknown, at: Path): unknown => {
    if (typeof written !== 'string') return written;
    if (Object.hasOwn(policies, written)) return policies[written];
    faults.add(
      at,
      `there is no policy ${JSON.stringify(written)}; ${suggestionFor(written, Object.keys(policies), 'policies is empty')}`,
    );
    return undefined;
  };

  const ofOperation = (service: unknown, written: unknown, at: Path): OperationPolicy => {
    const own = named(written, at);
    for (const path of SERVICE_ONLY_KEYS) {
      if (!has(own, path)) continue;
      const place = written === own ? [...at, ...path] : at;
      faults.add(
        place,
        `${path.join('.')} applies to a whole service, so it cannot be set for one operation`,
      );
    }
    return {
      policy: check(mergePolicy(service, own), at),
      own: { bulkhead: has(own, ['bulkhead']), breaker: has(own, ['breaker']) },
    };
  };

  return (service: PolicyEntries, at: Path): ServicePolicies => {
    const written = mergePolicy(all, named(service.policy, [...at, 'policy']));
    const policy = check(written, [...at, 'policy']);
    const operations = Object.entries(service.operations).map(
      ([id, operation]) =>
        [id, ofOperation(written, operation.policy, [...at, 'operations', id, 'policy'])] as const,
    );
    return { policy, operations: new Map(operations) };
  };
}

const has = (value: unknown, [key, ...rest]: readonly string[]): boolean =>
  key === undefined || (isPlainObject(value) && Object.hasOwn(value, key) && has(value[key], rest));
