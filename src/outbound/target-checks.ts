/**
 * What the health of a process says of a service that it calls. One that is not well is a warning: all else works. What
 * one client alone has met is not even that.
 */
import type { Checks } from '../http/health.ts';
import {
  breakerForMostClients,
  instanceStateForMostClients,
  type TargetSnapshot,
} from './target-snapshot.ts';

export const targetChecks = ({
  name,
  latency,
  instances,
  ...seen
}: Pick<TargetSnapshot, 'name' | 'breaker' | 'isForOneClient' | 'latency' | 'instances'>): Checks => ({
  [`${name}:breaker`]: [checkOf(breakerForMostClients(seen), 'closed')],
  [`${name}:instance`]: instances.map((one) => ({
    componentId: one.id,
    ...checkOf(instanceStateForMostClients(one), 'working'),
  })),
  ...(latency && {
    [`${name}:responseTime`]: [
      { componentType: 'component', status: 'pass', observedValue: latency.p50, observedUnit: 'ms' },
    ],
  }),
});

const checkOf = (state: string, well: string) =>
  ({ componentType: 'component', status: state === well ? 'pass' : 'warn', observedValue: state }) as const;
