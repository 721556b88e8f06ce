/**
 * What the health of a process says of a service that it calls. One that is not well is a warning: all else works. What
 * one client alone has met is not even that.
 */
import type { HealthChecks } from '../http/health.ts';
import { breakerForMost, instanceForMost, type TargetSnapshot } from './target-snapshot.ts';

export const targetChecks = ({
  name,
  latency,
  instances,
  ...seen
}: Pick<TargetSnapshot, 'name' | 'breaker' | 'isForOneClient' | 'latency' | 'instances'>): HealthChecks => ({
  [`${name}:breaker`]: [checkOf(breakerForMost(seen), 'closed')],
  [`${name}:instance`]: instances.map((one) => ({
    componentId: one.id,
    ...checkOf(instanceForMost(one), 'working'),
  })),
  ...(latency && {
    [`${name}:responseTime`]: [
      { componentType: 'component', status: 'pass', observedValue: latency.p50, observedUnit: 'ms' },
    ],
  }),
});

const checkOf = (state: string, well: string) =>
  ({ componentType: 'component', status: state === well ? 'pass' : 'warn', observedValue: state }) as const;
