/** Health checks of the services, for the health of the gateway. */
import type { InfoObject } from 'openapi3-ts/oas31';
import type { HealthChecks, HealthOptions } from '../../../http/health.ts';
import { targetChecks } from '../../../outbound/target-checks.ts';
import { type SchemeFault, schemeChecks } from '../../security/scheme-faults.ts';
import type { ServiceSnapshot } from './service-state.ts';

export const gatewayHealth = (
  { title, version }: Pick<InfoObject, 'title' | 'version'>,
  snapshot: () => readonly ServiceSnapshot[],
  schemes: () => readonly SchemeFault[] = () => [],
): Pick<HealthOptions, 'serviceId' | 'description' | 'version' | 'checks'> => ({
  serviceId: 'gateway',
  description: title,
  version,
  checks: () => Object.assign({}, ...snapshot().map(checksOf), schemeChecks(schemes())),
});

const checksOf = (service: ServiceSnapshot): HealthChecks => ({
  ...targetChecks(service),
  ...(!service.hasContract && {
    [`${service.name}:contract`]: [
      { componentType: 'component', status: 'warn', observedValue: 'unavailable' },
    ],
  }),
});
