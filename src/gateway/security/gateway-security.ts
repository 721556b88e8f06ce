/** Everything that a gateway instance knows about who may call what. Without `authentication` there is none. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { ConfigError } from '../../config/config-error.ts';
import {
  DEFAULT_SERVICE_AUTHENTICATION,
  type ServiceAuthenticationConfig,
} from '../../config/policies/authentication.ts';
import type { GatewayConfig } from '../../config/yaml/gateway-yaml.ts';
import { Authenticator } from '../../security/authenticator.ts';
import type { CredentialPlace } from '../../security/credentials.ts';
import { identityHeaders } from '../../security/identity-headers.ts';
import type { Verifier } from '../../security/verifier.ts';
import type { GatewayOperation } from '../operation.ts';
import type { IdentityOptions } from '../proxy/identity.ts';
import {
  compileOperationSecurity,
  compileServiceSecurity,
  type OperationSecurity,
  type ServiceSecurity,
} from './operation-security.ts';

export interface GatewaySecurity {
  readonly authenticator: Authenticator;
  readonly services: ReadonlyMap<string, ServiceSecurity>;
  /** What each service learns about its callers. */
  readonly identity: ReadonlyMap<string, IdentityOptions>;
  of(operation: GatewayOperation): OperationSecurity | undefined;
}

export interface GatewaySecurityOptions {
  readonly config: Pick<GatewayConfig, 'services' | 'authentication'>;
  readonly documents: ReadonlyMap<string, OpenAPIObject>;
  readonly operations: readonly GatewayOperation[];
  /** By the name of the scheme in `gateway.yaml`. */
  readonly verifiers: ReadonlyMap<string, Verifier>;
}

/** @throws ConfigError if a configured scheme has no verifier */
export function createGatewaySecurity({
  config,
  documents,
  operations,
  verifiers,
}: GatewaySecurityOptions): GatewaySecurity {
  const services = new Map<string, ServiceSecurity>();
  for (const service of config.services) {
    const document = documents.get(service.name);
    if (document)
      services.set(service.name, compileServiceSecurity(service, config.authentication, document));
  }
  const byOperation = new Map<GatewayOperation, OperationSecurity>();
  for (const operation of operations) {
    const document = documents.get(operation.service);
    const security = services.get(operation.service);
    if (document && security)
      byOperation.set(
        operation,
        compileOperationSecurity(operation, document, security, config.authentication),
      );
  }
  const places = placesByScheme([...services.values()]);
  const schemes = [...places].map(([name, places]) => {
    const verifier = verifiers.get(name);
    if (verifier === undefined) throw new ConfigError(`authentication.schemes.${name} has no verifier`);
    return { name, places, verifier };
  });
  return {
    authenticator: new Authenticator(schemes),
    services,
    identity: new Map(
      config.services.map(({ name, authentication = DEFAULT_SERVICE_AUTHENTICATION }) => [
        name,
        {
          stripped: authentication.credentials === 'strip' ? [...places.values()].flat() : [],
          headersOf: identityWriter(authentication.identity),
        },
      ]),
    ),
    of: (operation) => byOperation.get(operation),
  };
}

/** @throws ConfigError where tokens are wanted without a key to sign them */
function identityWriter(kind: ServiceAuthenticationConfig['identity']): IdentityOptions['headersOf'] {
  if (kind === 'off') return undefined;
  if (kind === 'headers') return identityHeaders;
  throw new ConfigError('identity: token needs authentication.signingKey');
}

/** Documents may take the same credentials in different places. */
function placesByScheme(services: readonly ServiceSecurity[]): Map<string, CredentialPlace[]> {
  const found = new Map<string, Map<string, CredentialPlace>>();
  for (const { places, mode } of services)
    for (const [scheme, place] of mode === 'off' ? [] : places) {
      const known = found.get(scheme) ?? new Map<string, CredentialPlace>();
      found.set(scheme, known.set(JSON.stringify(place), place));
    }
  return new Map([...found].map(([scheme, places]) => [scheme, [...places.values()]]));
}
