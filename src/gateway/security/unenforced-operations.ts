/** The operations of a service that require credentials by its document, and that anyone can call nevertheless. */
import type { Enforcement } from '../../config/policies/authentication.ts';
import type { GatewayConfig } from '../../config/yaml/gateway-yaml.ts';
import { securedOperations } from '../../openapi/security.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';

type SecurityConfig = Pick<GatewayConfig, 'authentication' | 'services'>;

/** What happens to requests without the required credentials. */
export function enforcementOf(service: string, { authentication, services }: SecurityConfig): Enforcement {
  if (authentication === undefined) return 'off';
  return services.find(({ name }) => name === service)?.authentication?.enforce ?? authentication.enforce;
}

/** The operations that a document secures, unless the gateway enforces that. */
export function unenforcedOperations(
  { name, document }: Pick<ServiceDocument, 'name' | 'document'>,
  { authentication, services }: SecurityConfig,
): string[] {
  return enforcementOf(name, { authentication, services }) === 'on' ? [] : securedOperations(document);
}
