/** `operations` of a service in `gateway.yaml`: a policy for one that there is not would hold for nothing, unnoticed. */
import { closestMatch } from 'leven';
import { ConfigError } from '../config/config-error.ts';
import type { ServiceConfig } from '../config/gateway-yaml.ts';

/**
 * @param known operation ids of its document
 * @throws ConfigError that names the one that was probably meant
 */
export function checkOperationPolicies(
  { name, operations }: Pick<ServiceConfig, 'name' | 'operations'>,
  known: readonly string[],
): void {
  const wrong = [...operations.keys()].find((id) => !known.includes(id));
  if (wrong === undefined) return;
  const nearest = closestMatch(wrong.slice(0, 100), known);
  const hint = nearest === undefined ? 'it has none' : `did you mean ${nearest}?`;
  throw new ConfigError(
    `services.${name}.operations: ${name} has no operation ${JSON.stringify(wrong)}; ${hint}`,
  );
}
