/** Why operations would be refused for everybody: schemes of their documents that `gateway.yaml` cannot verify. */
import type { GatewayConfig } from '../../config/yaml/gateway-yaml.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';
import { compileOperations } from '../operation.ts';
import { compileOperationSecurity, compileServiceSecurity, isVerifiable } from './operation-security.ts';

/** The most operations that one line names. */
const MAX_NAMED = 8;

/** One line for each scheme or service. Empty where `authentication` is off. */
export function securityFaults(
  config: Pick<GatewayConfig, 'authentication' | 'services'>,
  documents: readonly ServiceDocument[],
): string[] {
  return documents.flatMap(({ name, document }) => {
    const service = config.services.find((one) => one.name === name);
    if (service === undefined) return [];
    const security = compileServiceSecurity(service, config.authentication, document);
    if (security.mode === 'off') return [];
    const refused = compileOperations({ service: name, document, reportsReservedPaths: true })
      .filter(
        (operation) =>
          !isVerifiable(compileOperationSecurity(operation, document, security, config.authentication)),
      )
      .map(({ operationId }) => operationId);
    if (refused.length === 0) return [];
    const more = refused.length > MAX_NAMED ? ` and ${refused.length - MAX_NAMED} more` : '';
    const reasons = [...security.unverified].map(([scheme, reason]) => `the scheme ${scheme} ${reason}`);
    return [
      `${name}: ${refused.slice(0, MAX_NAMED).join(', ')}${more} would respond with 503 to every request: ${
        reasons.join('; ') || 'their security cannot be read'
      }`,
    ];
  });
}
