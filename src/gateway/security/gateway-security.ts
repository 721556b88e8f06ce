/** Everything that a gateway instance knows about who may call what. Without `authentication` there is none. */
import type { IncomingMessage } from 'node:http';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { ConfigError } from '../../config/config-error.ts';
import {
  type AuthenticationConfig,
  DEFAULT_SERVICE_AUTHENTICATION,
  type SchemeConfig,
  type ServiceAuthenticationConfig,
} from '../../config/policies/authentication.ts';
import type { GatewayConfig } from '../../config/yaml/gateway-yaml.ts';
import { NO_GRANTS } from '../../contract/caller.ts';
import type { RequestContext } from '../../http/context.ts';
import { trustProxy } from '../../http/server/trust-proxy.ts';
import { compileRequirements, isAllowed, type Requirements } from '../../openapi/security-requirements.ts';
import type { Authentication } from '../../security/authentication.ts';
import { Authenticator, type AuthenticatorOptions } from '../../security/authenticator.ts';
import type { CredentialPlace } from '../../security/credentials.ts';
import { identityHeaders } from '../../security/identity-headers.ts';
import { identityToken } from '../../security/identity-token.ts';
import { internalTokenKey } from '../../security/internal-token.ts';
import { refusalOf } from '../../security/refusal.ts';
import type { Verifier } from '../../security/verifier.ts';
import type { GatewayOperation } from '../operation.ts';
import type { IdentityOptions } from '../proxy/identity.ts';
import { documentGrants } from './document-grants.ts';
import {
  compileOperationSecurity,
  compileServiceSecurity,
  isVerifiable,
  type OperationSecurity,
  type ServiceSecurity,
} from './operation-security.ts';
import { describeFault, type SecurityFault } from './security-faults.ts';

/**
 * Decides about a request that is not for an operation, such as one for a page.
 * @throws Problem authentication-required (401), insufficient-scope (403), or 503 if credentials cannot be verified
 */
export type Guard = (request: IncomingMessage, context: RequestContext) => void | Promise<void>;

export interface GatewaySecurityOptions {
  readonly config: Pick<GatewayConfig, 'services' | 'trustedProxies'> & {
    readonly authentication: AuthenticationConfig;
  };
  readonly documents: ReadonlyMap<string, OpenAPIObject>;
  /** By the name of the scheme in `gateway.yaml`. */
  readonly verifiers: ReadonlyMap<string, Verifier>;
  /** Kept across reloads. */
  readonly attempts?: Pick<AuthenticatorOptions, 'failedAttempts' | 'failedPasswords'>;
}

export class GatewaySecurity {
  readonly authenticator: Authenticator;
  readonly realm: string;
  /** What each service learns about its callers. */
  readonly identity: ReadonlyMap<string, IdentityOptions>;
  readonly #config: AuthenticationConfig;
  readonly #documents: ReadonlyMap<string, OpenAPIObject>;
  readonly #services = new Map<string, ServiceSecurity>();
  readonly #places: ReadonlyMap<string, readonly CredentialPlace[]>;
  readonly #operations = new Map<GatewayOperation, OperationSecurity>();

  /** @throws ConfigError if a configured scheme has no verifier, or tokens have no key to sign them */
  constructor({ config, documents, verifiers, attempts = {} }: GatewaySecurityOptions) {
    const { authentication } = config;
    this.#config = authentication;
    this.#documents = documents;
    this.realm = authentication.realm;
    for (const service of config.services) {
      const document = documents.get(service.name);
      if (document)
        this.#services.set(service.name, compileServiceSecurity(service, authentication, document));
    }
    this.#places = placesByScheme([...this.#services.values()], authentication.schemes);
    this.authenticator = new Authenticator(
      [...this.#places].map(([name, places]) => {
        const verifier = verifiers.get(name);
        if (verifier === undefined) throw new ConfigError(`authentication.schemes.${name} has no verifier`);
        return { name, places, verifier };
      }),
      {
        // With `trustProxy` alone, every client could claim the certificate of another.
        isTrustedProxy:
          config.trustedProxies && trustProxy({ trustProxy: false, trustedProxies: config.trustedProxies }),
        ...attempts,
      },
    );
    const allPlaces = [...this.#places.values()].flat();
    this.identity = new Map(
      config.services.map(({ name, isMock, authentication: own = DEFAULT_SERVICE_AUTHENTICATION }) => [
        name,
        {
          stripped: own.credentials === 'strip' ? allPlaces : [],
          headersOf: identityWriter(
            name,
            // A mock server offers links by who calls.
            isMock ? { ...own, identity: 'headers' } : own,
            authentication.signingKey,
            this.#services.get(name)?.names,
          ),
        },
      ]),
    );
  }

  /** Compiles the requirements of operations, before their first request. */
  compile(operations: readonly GatewayOperation[]): void {
    for (const operation of operations) {
      const document = this.#documents.get(operation.service);
      const service = this.#services.get(operation.service);
      if (document && service)
        this.#operations.set(operation, compileOperationSecurity(operation, document, service, this.#config));
    }
  }

  /** Operations that refuse every request, by service. `compile` has to run before. */
  faults(): Map<string, SecurityFault> {
    const refused = new Map<string, string[]>();
    for (const [{ service, operationId }, security] of this.#operations) {
      if (isVerifiable(security)) continue;
      const known = refused.get(service);
      if (known === undefined) refused.set(service, [operationId]);
      else known.push(operationId);
    }
    return new Map(
      [...refused].flatMap(([name, operations]): [string, SecurityFault][] => {
        const service = this.#services.get(name);
        const fault = service && describeFault(operations, service);
        return fault === undefined ? [] : [[name, fault]];
      }),
    );
  }

  readonly of = (operation: GatewayOperation): OperationSecurity | undefined =>
    this.#operations.get(operation);

  /** @param security written like `security` in a document, with the names of schemes in `gateway.yaml` */
  guard(security: AuthenticationConfig['pages']): Guard {
    const requirements: Requirements = compileRequirements({}, { security }) ?? [[]];
    const first = [...this.#places].flatMap(([name, [place]]): [string, CredentialPlace][] =>
      place === undefined ? [] : [[name, place]],
    );
    const needs = { requirements, places: new Map(first) };
    const decide = (authentication: Authentication): void => {
      if (!isAllowed(requirements, authentication.caller?.grants ?? NO_GRANTS))
        throw refusalOf(needs, authentication, this.realm);
    };
    return (request, context) => {
      const authentication = this.authenticator.authenticate(request, context);
      if (authentication instanceof Promise) return authentication.then(decide);
      decide(authentication);
    };
  }
}

/** @throws ConfigError where tokens are wanted without a key to sign them */
function identityWriter(
  service: string,
  { identity, signingKey, claims }: ServiceAuthenticationConfig,
  commonKey: string | undefined,
  names: ServiceSecurity['names'] = new Map(),
): IdentityOptions['headersOf'] {
  if (identity === 'off') return undefined;
  const rename = documentGrants(names);
  const write = unrenamedWriter(service, { identity, signingKey, claims }, commonKey);
  return rename === undefined ? write : (caller, method) => write(rename(caller), method);
}

function unrenamedWriter(
  service: string,
  { identity, signingKey, claims }: Pick<ServiceAuthenticationConfig, 'identity' | 'signingKey' | 'claims'>,
  commonKey: string | undefined,
): NonNullable<IdentityOptions['headersOf']> {
  if (identity === 'headers') return identityHeaders;
  const secret = signingKey ?? commonKey;
  if (secret === undefined)
    throw new ConfigError(
      `services.${service}.authentication: identity: token needs signingKey here or in authentication`,
    );
  return identityToken({ key: internalTokenKey(secret), audience: service, claims });
}

/** Documents may take the same credentials in different places. */
function placesByScheme(
  services: readonly ServiceSecurity[],
  schemes: Readonly<Record<string, SchemeConfig>>,
): Map<string, readonly CredentialPlace[]> {
  const found = new Map<string, Map<string, CredentialPlace>>();
  for (const { places } of services)
    for (const [scheme, place] of places) {
      const known = found.get(scheme) ?? new Map<string, CredentialPlace>();
      found.set(scheme, known.set(JSON.stringify(place), place));
    }
  return new Map(
    Object.entries(schemes).map(([name, config]) => [
      name,
      [...(found.get(name)?.values() ?? defaultPlaces(config))],
    ]),
  );
}

/** Where the credentials of a scheme are that no document has, such as one for the pages of the gateway. */
function defaultPlaces(config: SchemeConfig): CredentialPlace[] {
  if ('clientCa' in config) return [{ in: 'certificate' }];
  // A browser asks for a name and a password itself.
  return 'keysFile' in config ? [{ in: 'basic' }, { in: 'bearer' }] : [{ in: 'bearer' }];
}
