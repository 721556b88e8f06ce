/** Why operations would be refused for everybody: schemes of their documents that `gateway.yaml` cannot verify. */
import type { GatewayConfig } from '../../config/yaml/gateway-yaml.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';
import { compileOperations } from '../operation.ts';
import { compileOperationSecurity, compileServiceSecurity, isVerifiable } from './operation-security.ts';

/** The most operations that one line names. */
const MAX_NAMED = 8;

type SecurityConfig = Pick<GatewayConfig, 'authentication' | 'services'>;
type Document = Pick<ServiceDocument, 'name' | 'document'>;

/** The operations of a service that refuse every request when security is enforced, and why. */
export interface SecurityFault {
  readonly operations: readonly string[];
  /** False for a service with `enforce: observe`, which gets these requests nevertheless. */
  readonly isEnforced: boolean;
  /** One line. */
  readonly message: string;
}

/** One line for each service. Empty where `authentication` is off. */
export const securityFaults = (config: SecurityConfig, documents: readonly Document[]): string[] =>
  documents.flatMap((document) => {
    const fault = securityFault(config, document);
    return fault === undefined ? [] : [`${document.name}: ${fault.message}`];
  });

export function securityFault(
  config: SecurityConfig,
  { name, document }: Document,
): SecurityFault | undefined {
  const service = config.services.find((one) => one.name === name);
  if (service === undefined) return undefined;
  const security = compileServiceSecurity(service, config.authentication, document);
  if (security.mode === 'off') return undefined;
  const operations = compileOperations({ service: name, document, reportsReservedPaths: true })
    .filter(
      (operation) =>
        !isVerifiable(compileOperationSecurity(operation, document, security, config.authentication)),
    )
    .map(({ operationId }) => operationId);
  if (operations.length === 0) return undefined;
  const more = operations.length > MAX_NAMED ? ` and ${operations.length - MAX_NAMED} more` : '';
  const reasons = [...security.unverified].map(([scheme, reason]) => `the scheme ${scheme} ${reason}`);
  const isEnforced = security.mode === 'on';
  const effect = isEnforced ? 'gets 503' : 'would get 503 with `enforce: on`';
  return {
    operations,
    isEnforced,
    message: `every request to ${operations.slice(0, MAX_NAMED).join(', ')}${more} ${effect}: ${
      reasons.join('; ') || 'their security cannot be read'
    }`,
  };
}
