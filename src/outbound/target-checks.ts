/** What the health of a process says of a service that it calls. One that is not well is a warning: all else works. */
import type { Checks } from '../http/health.ts';
import type { TargetSnapshot } from './target-snapshot.ts';

export const targetChecks = ({
  name,
  breaker,
  latency,
  instances,
}: Pick<TargetSnapshot, 'name' | 'breaker' | 'latency' | 'instances'>): Checks => ({
  [`${name}:breaker`]: [
    { componentType: 'component', status: breaker === 'closed' ? 'pass' : 'warn', observedValue: breaker },
  ],
  [`${name}:instance`]: instances.map(({ id, state }) => ({
    ...{ componentId: id, componentType: 'component' },
    ...{ status: state === 'working' ? 'pass' : 'warn', observedValue: state },
  })),
  ...(latency && {
    [`${name}:responseTime`]: [
      { componentType: 'component', status: 'pass', observedValue: latency.p50, observedUnit: 'ms' },
    ],
  }),
});
