/** What the health of the gateway says of the services behind it. */
import type { Checks } from '../../http/health.ts';
import { targetChecks } from '../../outbound/target-checks.ts';
import type { ServiceSnapshot } from './service-state.ts';

export const healthChecks = (services: readonly ServiceSnapshot[]): Checks =>
  Object.assign({}, ...services.map(checksOf));

const checksOf = (service: ServiceSnapshot): Checks => ({
  ...targetChecks(service),
  ...(!service.hasContract && {
    [`${service.name}:contract`]: [
      { componentType: 'component', status: 'warn', observedValue: 'unavailable' },
    ],
  }),
});
