/** The operations of a service that require credentials by its document, and that anyone can call nevertheless. */
import type { GatewayConfig } from '../../config/yaml/gateway-yaml.ts';
import { securedOperations } from '../../openapi/security.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';

/** The operations that a document secures, unless the gateway enforces that. */
export function unenforcedOperations(
  { name, document }: Pick<ServiceDocument, 'name' | 'document'>,
  { authentication, services }: Pick<GatewayConfig, 'authentication' | 'services'>,
): string[] {
  const own = services.find((service) => service.name === name)?.authentication?.enforce;
  const mode = authentication === undefined ? 'off' : (own ?? authentication.enforce);
  return mode === 'on' ? [] : securedOperations(document);
}
