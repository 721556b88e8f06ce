/**
 * The checks of a called service in the health of this process. A failing service is a warning only, as the rest of the
 * process works. A circuit that is open for one client alone counts as closed.
 */
import type { HealthChecks } from '../http/health.ts';
import type { TargetSnapshot } from './target-snapshot.ts';
import { breakerForMostClients, instanceStateForMostClients } from './target-snapshot.ts';

export const targetChecks = ({
  name,
  latency,
  instances,
  ...view
}: Pick<TargetSnapshot, 'name' | 'breaker' | 'isForOneClient' | 'latency' | 'instances'>): HealthChecks => ({
  [`${name}:breaker`]: [checkOf(breakerForMostClients(view), 'closed')],
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

const checkOf = (state: string, expected: string) =>
  ({
    componentType: 'component',
    status: state === expected ? 'pass' : 'warn',
    observedValue: state,
  }) as const;
