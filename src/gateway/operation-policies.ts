/** `operations` of a service in `gateway.yaml`: a policy for one that there is not would hold for nothing, unnoticed. */
import { ConfigError } from '../config/config-error.ts';
import { suggestionFor } from '../config/yaml/faults.ts';
import type { ServiceConfig } from '../config/yaml/gateway-yaml.ts';

/**
 * @param known operation ids of its document
 * @throws ConfigError that names the one that was probably meant
 */
export function checkOperationPolicies(
  { name, operations }: Pick<ServiceConfig, 'name' | 'operations'>,
  known: readonly string[],
): void {
  const wrong = [...operations.keys()].filter((id) => !known.includes(id));
  if (wrong.length === 0) return;
  throw new ConfigError(
    wrong.map(
      (id) =>
        `services.${name}.operations: ${name} has no operation ${JSON.stringify(id)}; ${suggestionFor(id, known, 'it has none')}`,
    ),
  );
}
