/** Policies of a target as `gateway.yaml` defines them. */
import type { ServicePolicies } from '../../src/config/policies/policies.ts';
import { type PolicyInput, policySchema } from '../../src/config/policies/policy.ts';

export const policiesOf = (policy: PolicyInput = {}): ServicePolicies => ({
  policy: policySchema.parse(policy),
  operations: new Map(),
});
