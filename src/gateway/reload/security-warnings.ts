/** Warnings about `authentication`: operations that refuse every request, and schemes that cannot verify credentials. */
import type { SchemeConfig } from '../../config/policies/authentication.ts';
import type { GatewayConfig } from '../../config/yaml/gateway-yaml.ts';
import type { Log } from '../../observability/log.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';
import type { Verifier } from '../../security/verifier.ts';
import { type SecurityFault, securityFault } from '../security/security-faults.ts';

/** Warns once per service that operations refuse every request. */
export function findSecurityFaults(
  services: readonly ServiceDocument[],
  config: GatewayConfig,
  log: Pick<Log, 'logger'>,
  before: ReadonlyMap<string, SecurityFault> = new Map(),
): Map<string, SecurityFault> {
  const found = new Map<string, SecurityFault>();
  for (const service of services) {
    const fault = securityFault(config, service);
    if (fault === undefined) continue;
    found.set(service.name, fault);
    if (fault.message !== before.get(service.name)?.message)
      log.logger.warn({ service: service.name }, fault.message);
  }
  return found;
}

/** The operations that refuse every request now. */
export const refusedOperations = (fault: SecurityFault | undefined): readonly string[] =>
  fault?.isEnforced ? fault.operations : [];

/** Why schemes cannot verify credentials at the moment, by name. */
export const schemeFaultsOf = (verifiers: ReadonlyMap<string, Verifier>): Map<string, string> =>
  new Map(
    [...verifiers].flatMap(([name, verifier]): [string, string][] => {
      const fault = verifier.fault?.();
      return fault === undefined ? [] : [[name, fault]];
    }),
  );

/** For the banner. It does not name issuers, because their keys are still being fetched at the start. */
export function securityWarnings(
  { authentication }: Pick<GatewayConfig, 'authentication'>,
  faults: ReadonlyMap<string, SecurityFault>,
  schemeFaults: ReadonlyMap<string, string>,
): string[] {
  const schemes = [...schemeFaults].filter(([name]) => !isIssuer(authentication?.schemes[name]));
  return [
    ...[...faults].map(([service, { message }]) => `${service}: ${message}`),
    ...schemes.map(([name, fault]) => `authentication.schemes.${name}: ${fault}`),
  ];
}

const isIssuer = (scheme: SchemeConfig | undefined): boolean =>
  scheme !== undefined && 'issuer' in scheme && !('introspection' in scheme);
