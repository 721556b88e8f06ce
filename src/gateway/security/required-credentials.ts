/** What operations require by their documents, and what the gateway does about it: for people who read a table. */
import type { GatewayConfig } from '../../config/yaml/gateway-yaml.ts';
import type { Json } from '../../openapi/load/grammar.ts';
import { compileRequirements, isPublic, type Requirements } from '../../openapi/security-requirements.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';
import type { GatewayOperation } from '../operation.ts';
import { compileOperationSecurity, compileServiceSecurity, isVerifiable } from './operation-security.ts';

export interface RequiredCredentials {
  /** The alternatives with the names of schemes in the document, such as `oauth: orders:read or apiKey`. */
  readonly requires: string;
  /** `none` for public operations; `refused` if nothing verifies the credentials, so that every request gets 503. */
  readonly enforcement: 'none' | 'off' | 'observe' | 'on' | 'refused';
}

type Operation = Pick<GatewayOperation, 'definition'>;

/** @returns a function for the operations of the service */
export function requiredCredentials(
  { name, document }: Pick<ServiceDocument, 'name' | 'document'>,
  { authentication, services }: Pick<GatewayConfig, 'authentication' | 'services'>,
): (operation: Operation) => RequiredCredentials {
  const service = services.find((one) => one.name === name) ?? { name };
  const security = compileServiceSecurity(service, authentication, document);
  return (operation) => {
    const declared = compileRequirements(
      document as unknown as Json,
      operation.definition as unknown as Json,
    );
    const isAnyAccepted = declared === undefined && authentication?.anonymous === 'refuse';
    if (declared === undefined ? !isAnyAccepted || security.mode === 'off' : isPublic(declared))
      return {
        requires: declared === undefined ? 'nothing' : requirementsText(declared),
        enforcement: 'none',
      };
    const compiled = compileOperationSecurity(operation, document, security, authentication);
    const isRefused = security.mode === 'on' && !isVerifiable(compiled);
    return {
      requires: declared === undefined ? 'any credentials' : requirementsText(declared),
      enforcement: isRefused ? 'refused' : security.mode,
    };
  };
}

/** `oauth: read write and apiKey or staff`; alternatives with several schemes are in parentheses. */
const requirementsText = (requirements: Requirements): string =>
  requirements
    .map((requirement) => {
      const schemes = requirement.map(({ scheme, scopes }) =>
        scopes.length === 0 ? scheme || 'unreadable' : `${scheme}: ${scopes.join(' ')}`,
      );
      if (schemes.length === 0) return 'nothing';
      return schemes.length === 1 || requirements.length === 1
        ? schemes.join(' and ')
        : `(${schemes.join(' and ')})`;
    })
    .join(' or ');
