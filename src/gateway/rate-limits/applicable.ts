/** Finds the rules that apply to an operation, when documents are loaded. A rule that names an unknown operation is a fault. */
import type { RateLimitRule } from '../../config/policies/rate-limits.ts';
import { suggestionFor } from '../../config/yaml/faults.ts';
import type { GatewayOperation } from '../operation.ts';

type Operation = Pick<GatewayOperation, 'service' | 'operationId' | 'method'>;

/** Whether a rule counts requests to an operation. */
export const appliesTo = (
  { services, operations, methods }: RateLimitRule,
  { service, operationId, method }: Operation,
): boolean =>
  (services?.includes(service) ?? true) &&
  (operations?.includes(operationId) ?? true) &&
  countsMethod(methods, method);

/** Whether a rule counts requests that match no operation, and those for pages of the gateway. */
export const appliesOutside = ({ services, operations, methods }: RateLimitRule, method: string): boolean =>
  services === undefined && operations === undefined && countsMethod(methods, method);

/** HEAD counts as GET. */
const countsMethod = (methods: RateLimitRule['methods'], method: string): boolean =>
  methods === undefined || (methods as readonly string[]).includes(method === 'HEAD' ? 'GET' : method);

export interface RuleFault {
  /** The path in `gateway.yaml`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * The operations that rules name and no document has.
 * @param section the path of the rules in `gateway.yaml`; `steps` name operations in the same way
 * @param isComplete whether the document of each of these services is known; all services for undefined
 */
export function unknownOperations(
  rules: readonly Pick<RateLimitRule, 'services' | 'operations'>[],
  known: readonly Operation[],
  isComplete: (services: readonly string[] | undefined) => boolean,
  section: readonly string[] = ['rateLimits', 'rules'],
): RuleFault[] {
  return rules.flatMap(({ services, operations = [] }, index) => {
    if (!isComplete(services)) return [];
    const ids = known
      .filter(({ service }) => services?.includes(service) ?? true)
      .map(({ operationId }) => operationId);
    return [...operations.entries()]
      .filter(([, id]) => !ids.includes(id))
      .map(([at, id]) => ({
        path: [...section, index, 'operations', at],
        message: `there is no operation ${JSON.stringify(id)}; ${suggestionFor(id, ids, 'there are none')}`,
      }));
  });
}
