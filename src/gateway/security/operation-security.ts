/**
 * Compiles `security` of each operation when the documents are loaded: which alternatives it has, by the names of the
 * schemes in `gateway.yaml`, and which of them the gateway can verify at all.
 */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import {
  type AuthenticationConfig,
  DEFAULT_SERVICE_AUTHENTICATION,
  type Enforcement,
  type SchemeConfig,
} from '../../config/policies/authentication.ts';
import type { ServiceConfig } from '../../config/yaml/gateway-yaml.ts';
import type { Json } from '../../openapi/load/grammar.ts';
import { compileRequirements, type Requirements } from '../../openapi/security-requirements.ts';
import type { CredentialPlace } from '../../security/credentials.ts';
import { schemesOf } from '../../security/schemes.ts';
import type { GatewayOperation } from '../operation.ts';

export interface OperationSecurity {
  readonly mode: Enforcement;
  /** The alternatives, by the names of the schemes in `gateway.yaml`. */
  readonly requirements: Requirements;
  /** Where the credentials of each scheme of the alternatives are. Schemes that cannot be verified are missing. */
  readonly places: ReadonlyMap<string, CredentialPlace>;
}

/** What the documents and `gateway.yaml` say about one service. */
export interface ServiceSecurity {
  readonly mode: Enforcement;
  /** Where the credentials of each verified scheme are, by its name in `gateway.yaml`. */
  readonly places: ReadonlyMap<string, CredentialPlace>;
  /** The names in `gateway.yaml` by the names in the document. */
  readonly names: ReadonlyMap<string, string>;
  /** Why schemes of the document cannot be verified, by their names in the document. */
  readonly unverified: ReadonlyMap<string, string>;
}

type ServiceSettings = Pick<ServiceConfig, 'name' | 'authentication'>;

export function compileServiceSecurity(
  { authentication = DEFAULT_SERVICE_AUTHENTICATION }: ServiceSettings,
  config: AuthenticationConfig | undefined,
  document: OpenAPIObject,
): ServiceSecurity {
  const places = new Map<string, CredentialPlace>();
  const names = new Map<string, string>();
  const unverified = new Map<string, string>();
  for (const [name, place] of schemesOf(document)) {
    const ownName = ownEntry(authentication.schemes, name) ?? name;
    const scheme = config && ownEntry(config.schemes, ownName);
    const fault = typeof place === 'string' ? place : mismatch(place, ownName, scheme);
    if (fault !== undefined) unverified.set(name, fault);
    else if (typeof place !== 'string') {
      places.set(ownName, place);
      names.set(name, ownName);
    }
  }
  const mode = config === undefined ? 'off' : (authentication.enforce ?? config.enforce);
  return { mode, places, names, unverified };
}

/** A document may name its schemes `constructor` or `__proto__`. */
const ownEntry = <Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

function mismatch(
  place: CredentialPlace,
  name: string,
  scheme: SchemeConfig | undefined,
): string | undefined {
  if (scheme === undefined) return `has no entry ${name} in authentication.schemes`;
  if (place.in === 'basic' && !('keysFile' in scheme))
    return `takes a name and a password, but authentication.schemes.${name} has no keysFile`;
  const needsCertificate = place.in === 'certificate';
  if (needsCertificate === 'clientCa' in scheme) return undefined;
  return needsCertificate
    ? `takes client certificates, but authentication.schemes.${name} has no clientCa`
    : `does not take client certificates, but authentication.schemes.${name} has a clientCa`;
}

export function compileOperationSecurity(
  { definition }: Pick<GatewayOperation, 'definition'>,
  document: OpenAPIObject,
  { mode, places, names }: ServiceSecurity,
  config: Pick<AuthenticationConfig, 'anonymous'> | undefined,
): OperationSecurity {
  const declared = compileRequirements(document as unknown as Json, definition as unknown as Json);
  const requirements = (declared ?? undeclared(places, config)).map((requirement) =>
    requirement.map(({ scheme, scopes }) => ({ scheme: names.get(scheme) ?? unknownScheme(scheme), scopes })),
  );
  return { mode, requirements, places };
}

/** A name that no scheme of `gateway.yaml` can have, so that it is never satisfied by another scheme. */
const unknownScheme = (name: string): string => `\0${name}`;

/** Without `security`, the operation is public, or takes the credentials of any scheme of its document. */
function undeclared(
  places: ReadonlyMap<string, CredentialPlace>,
  config: Pick<AuthenticationConfig, 'anonymous'> | undefined,
): Requirements {
  if (config?.anonymous !== 'refuse') return [[]];
  return [...places.keys()].map((scheme) => [{ scheme, scopes: [] }]);
}

/** Whether at least one alternative has only schemes that the gateway can verify. */
export const isVerifiable = ({ requirements, places }: OperationSecurity): boolean =>
  requirements.some((requirement) => requirement.every(({ scheme }) => places.has(scheme)));
