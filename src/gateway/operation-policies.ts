/** Checks `operations` of a service in `gateway.yaml`: a policy for an unknown operation would silently have no effect. */
import { ConfigError } from '../config/config-error.ts';
import { suggestionFor } from '../config/yaml/faults.ts';
import type { ServiceConfig } from '../config/yaml/gateway-yaml.ts';

/**
 * @param known operation ids of the document
 * @throws ConfigError that suggests the closest operation id
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
