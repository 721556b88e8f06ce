import { describe, expect, it } from '@jest/globals';
import { defaultPolicy } from '../../../src/config/policies/policy.ts';
import { parseGatewayConfig } from '../../../src/config/yaml/gateway-yaml.ts';

const yaml = `
policy: { deadline: 8s, retry: { attempts: 1 } }
policies:
  patient: { deadline: 30s, bulkhead: { concurrent: 4 } }
  once: { retry: off }
services:
  orders:
    document: x
    url: http://orders:1
    policy: patient
    operations:
      getOrder: { policy: { attemptTimeout: 1s } }
      placeOrder: { policy: once }
      exportOrders: { policy: { bulkhead: { concurrent: 2 }, breaker: { kind: consecutive } } }
  consumers:
    document: x
    url: http://consumers:1
    policy: { retry: { delay: 10 } }
`;

const parse = (text: string) => parseGatewayConfig(text, 'gateway.yaml').services;
const none = { bulkhead: false, breaker: false };

describe('Policies by name, for a service and for its operations', () => {
  const [orders, consumers] = parse(yaml);
  const { policy, operations } = orders ?? { operations: new Map() };

  it('override the global policy', () => {
    expect(policy).toEqual({
      ...defaultPolicy,
      deadline: 30_000,
      retry: { ...defaultPolicy.retry, attempts: 1 },
      bulkhead: { ...defaultPolicy.bulkhead, concurrent: 4 },
    });
    expect(consumers?.policy).toEqual({
      ...defaultPolicy,
      deadline: 8_000,
      retry: { ...defaultPolicy.retry, attempts: 1, delay: 10 },
    });
  });

  it('override single values of an operation, which inherits the rest from its service', () => {
    expect(operations.get('getOrder')).toEqual({ policy: { ...policy, attemptTimeout: 1000 }, own: none });
    expect(operations.get('placeOrder')).toEqual({
      policy: { ...policy, retry: { ...defaultPolicy.retry, attempts: 0 } },
      own: none,
    });
    expect(consumers?.operations.size).toBe(0);
  });

  it('give an operation its own bulkhead and circuit if they configure them', () => {
    expect(operations.get('exportOrders')).toMatchObject({
      policy: { deadline: 30_000, bulkhead: { concurrent: 2 }, breaker: { kind: 'consecutive' } },
      own: { bulkhead: true, breaker: true },
    });
  });

  it.each([
    [
      'a name that there is not, with the nearest',
      yaml.replace('policy: patient', 'policy: patent'),
      'gateway.yaml:10: services.orders.policy: there is no policy "patent"; did you mean patient?',
    ],
    [
      'the same at an operation',
      yaml.replace('policy: once', 'policy: constructor'),
      /^gateway\.yaml:13: services\.orders\.operations\.placeOrder\.policy: there is no policy "constructor"; did you mean \w+\?$/,
    ],
    [
      'a name where there are none',
      'services: { a: { document: x, url: "http://a:1", policy: quick } }',
      'gateway.yaml:1: services.a.policy: there is no policy "quick"; policies is empty',
    ],
    [
      'what is wrong in one, whether it is used or not',
      yaml.replace('retry: off', 'retry: sometimes'),
      /^gateway\.yaml:5: policies\.once\.retry: .*expected object/,
    ],
    [
      'a deadline with no time for a call',
      yaml.replace('attemptTimeout: 1s', 'deadline: 4ms'),
      'gateway.yaml:12: services.orders.operations.getOrder.policy.minimumTime: must be less than deadline; otherwise no call would ever be made',
    ],
    [
      'what concerns all operations at one of them',
      yaml.replace('attemptTimeout: 1s', 'retry: { budget: 0.5 }'),
      'gateway.yaml:12: services.orders.operations.getOrder.policy.retry.budget: retry.budget applies to a whole service, so it cannot be set for one operation',
    ],
    [
      'the same by name',
      yaml.replace('retry: off', 'connectTimeout: 1s'),
      'gateway.yaml:13: services.orders.operations.placeOrder.policy: connectTimeout applies to a whole service, so it cannot be set for one operation',
    ],
    [
      'a key that there is not at an operation',
      yaml.replace('{ policy: once }', '{ deadline: 5s }'),
      /^gateway\.yaml:13: services\.orders\.operations\.placeOrder\.deadline: Unrecognized key/,
    ],
  ])('reject %s', (_, text, message) => {
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).not.toThrow('\n');
  });

  it('accept `retry: off` at each level, and can turn retries on again', () => {
    const text = `policy: { retry: off }
services:
  a: { document: x, url: "http://a:1" }
  b: { document: x, url: "http://b:1", policy: { retry: { attempts: 3 } } }`;
    expect(parse(text).map((service) => service.policy.retry.attempts)).toEqual([0, 3]);
  });
});
