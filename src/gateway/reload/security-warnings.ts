/** Warnings about `authentication`: operations that refuse every request, and faults of security schemes. */
import type { Logger } from 'pino';
import type { SchemeConfig } from '../../config/policies/authentication.ts';
import type { GatewayConfig } from '../../config/yaml/gateway-yaml.ts';
import type { Log } from '../../observability/log.ts';
import type { Verifier } from '../../security/verifier.ts';
import type { SecurityFault } from '../security/security-faults.ts';

/** Warns once per service that operations refuse every request. */
export function warnOfFaults(
  faults: ReadonlyMap<string, SecurityFault>,
  log: Pick<Log, 'logger'>,
  before: ReadonlyMap<string, SecurityFault> = new Map(),
): void {
  for (const [service, { message }] of faults)
    if (message !== before.get(service)?.message) log.logger.warn({ service }, message);
}

/** The operations that refuse every request now. */
export const refusedOperations = (fault: SecurityFault | undefined): readonly string[] =>
  fault?.isEnforced ? fault.operations : [];

/** Why schemes cannot verify credentials, or do not use the newest version of a file, by name. */
export const schemeFaultsOf = (verifiers: ReadonlyMap<string, Verifier>): Map<string, string> =>
  new Map(
    [...verifiers].flatMap(([name, verifier]): [string, string][] => {
      const fault = verifier.fault?.();
      return fault === undefined ? [] : [[name, fault]];
    }),
  );

/** For the banner. */
export const securityWarnings = (
  config: Pick<GatewayConfig, 'authentication'>,
  faults: ReadonlyMap<string, SecurityFault>,
  schemeFaults: ReadonlyMap<string, string>,
): string[] => [
  ...[...faults].map(([service, { message }]) => `${service}: ${message}`),
  ...fileFaults(config, schemeFaults).map(([name, fault]) => `authentication.schemes.${name}: ${fault}`),
];

/** Without issuers, whose keys are still being fetched at the start, and whose failures have log lines of their own. */
export const fileFaults = (
  { authentication }: Pick<GatewayConfig, 'authentication'>,
  schemeFaults: ReadonlyMap<string, string>,
): [scheme: string, fault: string][] =>
  [...schemeFaults].filter(([name]) => !isIssuer(authentication?.schemes[name]));

/** Logs a fault of a scheme when it appears, and when it is resolved. */
export class SchemeFaultLog {
  readonly #log: Pick<Logger, 'warn' | 'info'>;
  #known: ReadonlyMap<string, string> = new Map();

  constructor(log: Pick<Logger, 'warn' | 'info'>) {
    this.#log = log;
  }

  update(faults: readonly (readonly [scheme: string, fault: string])[]): void {
    if (faults.length === 0 && this.#known.size === 0) return;
    const now = new Map(faults);
    for (const [scheme, reason] of now)
      if (this.#known.get(scheme) !== reason)
        this.#log.warn({ scheme, reason }, 'a security scheme has a fault');
    for (const scheme of this.#known.keys())
      if (!now.has(scheme)) this.#log.info({ scheme }, 'the fault of a security scheme is resolved');
    this.#known = now;
  }
}

const isIssuer = (scheme: SchemeConfig | undefined): boolean =>
  scheme !== undefined && 'issuer' in scheme && !('introspection' in scheme);
