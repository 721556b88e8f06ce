import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../src/config/config-error.ts';
import { loadGatewayConfig, parseGatewayConfig } from '../../src/config/gateway-yaml.ts';
import { defaultPolicy } from '../../src/config/policy.ts';

const yaml = `
services:
  orders:
    document: openapi/orders.yaml
    url: http://127.0.0.1:8083/v2/
    prefix: /shop
    overlays: [openapi/overlays/orders.yaml]
    ownUrls: [https://orders.internal/v1]
    policy: { deadline: 3s, breaker: { threshold: 0.8 } }
  consumers:
    document: openapi/consumers.yaml
    url: http://127.0.0.1:8081
policy:
  attemptTimeout: 1s
  breaker: { halfOpenAfter: 2s }
limits: { body: 64kb }
`;

const parse = (text: string, sources = {}) => parseGatewayConfig(text, '/etc/linkway/gateway.yaml', sources);

describe('gateway.yaml', () => {
  it('names the services, each with its policy over that of all', () => {
    const { services, limits, trustProxy } = parse(yaml);
    expect(services).toEqual([
      {
        name: 'orders',
        document: '/etc/linkway/openapi/orders.yaml',
        overlays: ['/etc/linkway/openapi/overlays/orders.yaml'],
        url: 'http://127.0.0.1:8083',
        isMock: false,
        base: '/v2',
        prefix: '/shop',
        ownUrls: ['https://orders.internal/v1'],
        paths: {},
        unknownQuery: 'reject',
        responses: 'off',
        sample: 0.1,
        operations: new Map(),
        policy: {
          ...defaultPolicy,
          deadline: 3000,
          attemptTimeout: 1000,
          breaker: { ...defaultPolicy.breaker, threshold: 0.8, halfOpenAfter: 2000 },
        },
      },
      expect.objectContaining({ name: 'consumers', policy: expect.objectContaining({ deadline: 10_000 }) }),
    ]);
    expect(limits.body).toBe(65_536);
    expect(trustProxy).toBe(false);
  });

  it.each([
    ['{ kind: consecutive, failures: 3 }', '{ halfOpenAfter: 1s }', { failures: 3, halfOpenAfter: 1000 }],
    ['{ window: 20s, halfOpenAfter: 2s }', '{ kind: count, calls: 20 }', { calls: 20, halfOpenAfter: 2000 }],
    ['{ kind: count, calls: 20 }', '{ kind: sampling }', { window: 10_000, halfOpenAfter: 5000 }],
    ['{ window: 20s }', '{ kind: sampling }', { window: 20_000 }],
    ['{ kind: consecutive, failures: 3 }', '{ failures: 4 }', { kind: 'consecutive', failures: 4 }],
  ])('takes from the breaker %s for all what fits %s of a service', (all, own, breaker) => {
    const text = `policy: { breaker: ${all} }
services: { a: { document: x, url: "http://a:1", policy: { breaker: ${own} } } }`;
    expect(parse(text).services[0]?.policy.breaker).toMatchObject(breaker);
  });

  it('lets the environment say where a service is, and what runs in this process before that', () => {
    const env = { ORDERS_URL: 'http://orders:1', CONSUMERS_URL: 'http://consumers:1' };
    const { services } = parse(yaml, { env, urls: { orders: 'http://127.0.0.1:5' } });
    expect(services.map(({ url }) => url)).toEqual(['http://127.0.0.1:5', 'http://consumers:1']);
  });

  it.each([
    ['not YAML', 'services: [', /gateway\.yaml:1: not YAML: /],
    ['no services', 'limits: { body: 1mb }', /gateway\.yaml:1: services: /],
    ['an unknown key', `${yaml}\npolcy: {}`, /polcy/],
    [
      'a wrong unit',
      yaml.replace('3s', '3 parsecs'),
      /gateway\.yaml:9: services\.orders\.policy\.deadline: .*500ms/,
    ],
    ['a wrong common policy', yaml.replace('1s', 'x'), /gateway\.yaml:14: policy\.attemptTimeout: /],
    ['no document', 'services:\n  a:\n    url: http://x', /gateway\.yaml:3: services\.a\.document: /],
    ['no url', 'services:\n  a:\n    document: x', /gateway\.yaml:3: services\.a: .* set A_URL/],
    [
      'an url with a query',
      yaml.replace(':8083/v2/', ':8083/v2?x=1'),
      /gateway\.yaml:5: services\.orders\.url: /,
    ],
    [
      'a key of another kind of breaker',
      yaml.replace('{ threshold: 0.8 }', '{ kind: consecutive, window: 5s }'),
      /gateway\.yaml:9: services\.orders\.policy\.breaker\.window: a breaker of the kind consecutive has no window, but kind, failures, halfOpenAfter$/,
    ],
    [
      'a kind of breaker that there is not',
      yaml.replace('halfOpenAfter: 2s', 'kind: sometimes'),
      /gateway\.yaml:15: policy\.breaker\.kind: expected sampling, count or consecutive$/,
    ],
    [
      'a breaker that would never open',
      yaml.replace('{ threshold: 0.8 }', '{ kind: count, calls: 4 }'),
      /gateway\.yaml:9: services\.orders\.policy\.breaker\.minimumCalls: is more than calls/,
    ],
    [
      'a window of no time',
      yaml.replace('{ threshold: 0.8 }', '{ window: 0 }'),
      /gateway\.yaml:9: services\.orders\.policy\.breaker\.window: expected more than no time$/,
    ],
    [
      'a policy that is none',
      yaml.replace('{ threshold: 0.8 }', 'often'),
      /gateway\.yaml:9: services\.orders\.policy\.breaker: .*expected object/i,
    ],
  ])('refuses %s in one line', (_, text, message) => {
    expect(() => parse(text)).toThrow(ConfigError);
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).not.toThrow('\n');
  });

  it('names the variable that has a wrong URL', () => {
    expect(() => parse(yaml, { env: { ORDERS_URL: 'orders' } })).toThrow(
      /^ORDERS_URL: .*http:\/\/orders:8083/,
    );
  });

  it('says which variable names the file when it is not there', () => {
    expect(() => loadGatewayConfig('/nowhere/gateway.yaml')).toThrow(
      /^\/nowhere\/gateway\.yaml: .*GATEWAY_CONFIG/,
    );
  });
});
