import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../../src/config/config-error.ts';
import { defaultPolicy } from '../../../src/config/policies/policy.ts';
import { loadGatewayConfig, parseGatewayConfig } from '../../../src/config/yaml/gateway-yaml.ts';

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
  it('lists the services, each with its policy merged over the global one', () => {
    const { services, limits, trustProxy } = parse(yaml);
    expect(services).toEqual([
      {
        name: 'orders',
        document: '/etc/linkway/openapi/orders.yaml',
        overlays: ['/etc/linkway/openapi/overlays/orders.yaml'],
        urls: ['http://127.0.0.1:8083'],
        health: undefined,
        lookup: 5000,
        isCompressed: false,
        headBytes: 65_536,
        isMock: false,
        base: '/v2',
        prefix: '/shop',
        ownUrls: ['https://orders.internal/v1'],
        paths: {},
        unknownQuery: 'reject',
        unknownBody: 'reject',
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
  ])('inherits from the global breaker %s what applies to %s of a service', (all, own, breaker) => {
    const text = `policy: { breaker: ${all} }
services: { a: { document: x, url: "http://a:1", policy: { breaker: ${own} } } }`;
    expect(parse(text).services[0]?.policy.breaker).toMatchObject(breaker);
  });

  it('uses URLs of this process first, then those of the environment', () => {
    const env = { ORDERS_URL: 'http://orders:1', CONSUMERS_URL: 'http://consumers:1' };
    const { services } = parse(yaml, { env, urls: { orders: 'http://127.0.0.1:5' } });
    expect(services.map(({ urls }) => urls)).toEqual([['http://127.0.0.1:5'], ['http://consumers:1']]);
  });

  it.each(['constructor', 'valueof', 'has-own-property'])('accepts a service with the name %s', (name) => {
    const { services } = parse(`services: { ${name}: { document: x, url: "http://x:1" } }`);
    expect(services).toMatchObject([{ name, urls: ['http://x:1'] }]);
  });

  it.each([
    ['not YAML', 'services: [', /gateway\.yaml:1: invalid YAML: /],
    ['no services', 'limits: { body: 1mb }', /gateway\.yaml:1: services: /],
    ['an unknown key', `${yaml}\npolcy: {}`, /polcy/],
    [
      'a wrong unit',
      yaml.replace('3s', '3 parsecs'),
      /gateway\.yaml:9: services\.orders\.policy\.deadline: .*500ms/,
    ],
    ['a wrong common policy', yaml.replace('1s', 'x'), /gateway\.yaml:14: policy\.attemptTimeout: /],
    ['no document', 'services:\n  a:\n    url: http://x', /gateway\.yaml:3: services\.a\.document: /],
    [
      'a document at no URL',
      'services:\n  a: { url: http://x, document: "https://u:p@[x/openapi.json" }',
      /gateway\.yaml:2: services\.a\.document: expected a file, or a URL without user name and password$/,
    ],
    [
      'an overlay at a URL with a password',
      'services:\n  a: { url: http://x, document: x, overlays: [y, "http://u:p@x/o.yaml"] }',
      /gateway\.yaml:2: services\.a\.overlays\.1: expected a file, or a URL without user name and password$/,
    ],
    ['no url', 'services:\n  a:\n    document: x', /gateway\.yaml:3: services\.a: .* set A_URL/],
    [
      'an url with a query',
      yaml.replace(':8083/v2/', ':8083/v2?x=1'),
      /gateway\.yaml:5: services\.orders\.url: /,
    ],
    [
      'a key of another kind of breaker',
      yaml.replace('{ threshold: 0.8 }', '{ kind: consecutive, window: 5s }'),
      /gateway\.yaml:9: services\.orders\.policy\.breaker\.window: a breaker of kind consecutive has no window; expected kind, failures, halfOpenAfter$/,
    ],
    [
      'a kind of breaker that there is not',
      yaml.replace('halfOpenAfter: 2s', 'kind: sometimes'),
      /gateway\.yaml:15: policy\.breaker\.kind: expected sampling, count or consecutive$/,
    ],
    [
      'a breaker that would never open',
      yaml.replace('{ threshold: 0.8 }', '{ kind: count, calls: 4 }'),
      /gateway\.yaml:9: services\.orders\.policy\.breaker\.minimumCalls: is greater than calls/,
    ],
    [
      'a window of no time',
      yaml.replace('{ threshold: 0.8 }', '{ window: 0 }'),
      /gateway\.yaml:9: services\.orders\.policy\.breaker\.window: expected a duration above 0$/,
    ],
    [
      'a policy that is none',
      yaml.replace('{ threshold: 0.8 }', 'often'),
      /gateway\.yaml:9: services\.orders\.policy\.breaker: .*expected object/i,
    ],
  ])('rejects %s in one line', (_, text, message) => {
    expect(() => parse(text)).toThrow(ConfigError);
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).not.toThrow('\n');
  });

  describe('with a service of several instances', () => {
    const listed = (url: string) => `services: { a: { document: x, url: ${url} } }`;

    it('accepts a list of URLs, or a comma-separated list in the environment', () => {
      const text = listed('["http://a:1/v1", "http://b:1/v1/"]');
      expect(parse(text).services[0]).toMatchObject({ urls: ['http://a:1', 'http://b:1'], base: '/v1' });
      const env = { A_URL: 'http://c:1, http://d:1' };
      expect(parse(text, { env }).services[0]).toMatchObject({
        urls: ['http://c:1', 'http://d:1'],
        base: undefined,
      });
    });

    it.each([
      [
        'of different paths',
        '["http://a:1/v1", "http://b:1"]',
        'the same path after each host, got /v1 and none',
      ],
      ['with one twice', '["http://a:1", "http://a:1/"]', 'the same path after each host, got none and '],
      ['with one twice', '["http://a:1/", "http://a:1/"]', 'lists http://a:1 twice'],
      ['with one that is none', '["http://a:1", b]', 'such as http://orders:8083, got b'],
      ['without any', '[]', 'services.a.url: '],
      ['of numbers', '[1]', 'services.a.url: expected a URL or a list of them'],
    ])('rejects a list %s', (_, url, message) => {
      expect(() => parse(listed(url))).toThrow(message);
    });

    it('has health checks only if a path is configured', () => {
      const health = (written: string) =>
        parse(`services: { a: { document: x, url: "http://a:1", health: ${written} } }`).services[0]?.health;
      expect(health('{ path: /health/ready, every: 2s }')).toEqual({
        path: '/health/ready',
        every: 2000,
        timeout: 1000,
        unhealthy: 2,
        healthy: 1,
      });
      expect(() => health('{ every: 2s }')).toThrow('services.a.health.path: ');
      expect(() => health('{ path: health }')).toThrow('expected a path such as /health/ready');
      expect(() => health('{ path: /health, every: 0 }')).toThrow(
        'health.every: expected a duration above 0',
      );
    });
  });

  it('names the variable with an invalid URL', () => {
    expect(() => parse(yaml, { env: { ORDERS_URL: 'orders' } })).toThrow(
      /^ORDERS_URL: .*http:\/\/orders:8083/,
    );
  });

  it('names the variable of the file if it does not exist', () => {
    expect(() => loadGatewayConfig('/nowhere/gateway.yaml')).toThrow(
      /^\/nowhere\/gateway\.yaml: .*GATEWAY_CONFIG/,
    );
  });
});

describe('cache', () => {
  const of = (cache: string, env = {}) =>
    parse(`services: { a: { document: a, url: "http://a", cache: ${cache} } }`, { env });

  it.each([
    ['off', undefined],
    ['on', { staleIfError: 600_000, staleWhileRevalidate: 0 }],
    ['{ staleWhileRevalidate: 5s }', { staleIfError: 600_000, staleWhileRevalidate: 5000 }],
  ])('%s', (cache, expected) => {
    expect(of(cache).services[0]?.cache).toEqual(expected);
  });

  it('is off by default', () => {
    expect(parse('services: { a: { document: a, url: "http://a" } }').services[0]?.cache).toBeUndefined();
  });

  it('has faults with their location', () => {
    expect(() => of('maybe')).toThrow(/gateway\.yaml:1: services\.a\.cache/);
    expect(() => of('{ staleIfError: soon }')).toThrow(/gateway\.yaml:1: services\.a\.cache/);
  });

  it('is at CACHE_URL, which is not in the file', () => {
    expect(of('on', { CACHE_URL: 'redis://cache' }).cache.url).toBe('redis://cache');
    expect(of('on', { CACHE_URL: '' }).cache.url).toBeUndefined();
  });
});

describe('WebSocket', () => {
  const service = (more: string) =>
    parse(`services: { chat: { document: a, url: "http://127.0.0.1:1"${more} } }`).services[0];

  it('A service has no WebSocket without `upgrade`', () => {
    expect(service('')?.webSocket).toBeUndefined();
    expect(service(', upgrade: [], webSocket: { maxTime: 1h }')?.webSocket).toBeUndefined();
  });

  it('A service with `upgrade` has settings for WebSocket', () => {
    expect(service(', upgrade: [websocket]')?.webSocket).toEqual({
      token: 'authorization',
      idleTimeout: 300_000,
      maxTime: 0,
    });
    expect(service(', upgrade: [websocket], webSocket: { token: pass, idleTimeout: 0 }')?.webSocket).toEqual({
      token: 'pass',
      idleTimeout: 0,
      maxTime: 0,
    });
  });

  it.each(['upgrade: [h2c]', 'upgrade: websocket', 'webSocket: { idle: 1s }', 'webSocket: { maxTime: 30d }'])(
    '%s is refused',
    (text) => {
      expect(() => service(`, ${text}`)).toThrow(ConfigError);
    },
  );

  it('The numbers of connections have defaults', () => {
    const { limits } = parse('services: {}');
    expect(limits.webSockets).toEqual({ total: 2000, perClient: 200 });
  });
});
