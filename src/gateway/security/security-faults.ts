/** Why operations would be refused for everybody: schemes of their documents that `gateway.yaml` cannot verify. */
import type { GatewayConfig } from '../../config/yaml/gateway-yaml.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';
import { schemesOf } from '../../security/schemes.ts';
import { compileOperations } from '../operation.ts';
import {
  compileOperationSecurity,
  compileServiceSecurity,
  isVerifiable,
  type ServiceSecurity,
} from './operation-security.ts';

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

/** Compiles the operations of the document; a gateway that has them uses `describeFault`. */
function securityFault(config: SecurityConfig, { name, document }: Document): SecurityFault | undefined {
  const service = config.services.find((one) => one.name === name);
  if (service === undefined) return undefined;
  const security = compileServiceSecurity(service, config.authentication, document);
  if (security.mode === 'off') return undefined;
  const refused = compileOperations({ service: name, document, reportsReservedPaths: true }).filter(
    (operation) =>
      !isVerifiable(compileOperationSecurity(operation, document, security, config.authentication)),
  );
  return describeFault(
    refused.map(({ operationId }) => operationId),
    security,
  );
}

/** @param operations those that no credentials can open */
export function describeFault(
  operations: readonly string[],
  { mode, unverified }: Pick<ServiceSecurity, 'mode' | 'unverified'>,
): SecurityFault | undefined {
  if (operations.length === 0 || mode === 'off') return undefined;
  const more = operations.length > MAX_NAMED ? ` and ${operations.length - MAX_NAMED} more` : '';
  const reasons = [...unverified].map(([scheme, reason]) => `the scheme ${scheme} ${reason}`);
  const isEnforced = mode === 'on';
  const effect = isEnforced ? 'gets 503' : 'would get 503 with `enforce: on`';
  return {
    operations,
    isEnforced,
    message: `every request to ${operations.slice(0, MAX_NAMED).join(', ')}${more} ${effect}: ${
      reasons.join('; ') || 'their security cannot be read'
    }`,
  };
}

/** Entries of `gateway.yaml` that have no effect, because no document has the name. */
export function unusedSchemes(
  { authentication, services, admin }: SecurityConfig & Pick<GatewayConfig, 'admin'>,
  documents: readonly Document[],
): string[] {
  const used = new Set(
    [authentication?.pages, admin.authentication].flatMap((requirements = []) =>
      requirements.flatMap(Object.keys),
    ),
  );
  if (authentication?.browser) used.add(authentication.browser.scheme);
  const faults: string[] = [];
  for (const { name, document } of documents) {
    const service = services.find((one) => one.name === name);
    const own = service?.authentication?.schemes ?? {};
    const declared = [...schemesOf(document).keys()];
    for (const scheme of declared) used.add(own[scheme] ?? scheme);
    for (const scheme of Object.keys(own))
      if (!declared.includes(scheme))
        faults.push(
          `services.${name}.authentication.schemes.${scheme}: the document has no such scheme; it has ${declared.join(', ') || 'none'}`,
        );
  }
  for (const scheme of Object.keys(authentication?.schemes ?? {}))
    if (!used.has(scheme)) faults.push(`authentication.schemes.${scheme}: no document and no page uses it`);
  return faults;
}
