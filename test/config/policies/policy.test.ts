import { describe, expect, it } from '@jest/globals';
import { defaultPolicy, policySchema } from '../../../src/config/policies/policy.ts';

describe('A policy', () => {
  it('has consistent defaults', () => {
    const { connectTimeout, attemptTimeout, deadline } = defaultPolicy;
    expect(connectTimeout).toBeLessThan(attemptTimeout);
    expect(attemptTimeout).toBeLessThan(deadline);
  });

  it('keeps the defaults of other keys', () => {
    expect(policySchema.parse({ deadline: '3s', retry: { attempts: 0 } })).toEqual({
      ...defaultPolicy,
      deadline: 3000,
      retry: { ...defaultPolicy.retry, attempts: 0 },
    });
  });
});
