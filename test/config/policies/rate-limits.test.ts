/** The section `rateLimits` of `gateway.yaml`. */
import { describe, expect, it } from '@jest/globals';
import { parseGatewayConfig } from '../../../src/config/yaml/gateway-yaml.ts';

const parse = (rateLimits: string, env = {}) =>
  parseGatewayConfig(
    `rateLimits: ${rateLimits}\nservices: { orders: { document: x, url: "http://localhost:1" } }`,
    'gateway.yaml',
    { env },
  ).rateLimits;
const rule = (more: string) =>
  `{ rules: [{ name: default, per: subject, quota: 600, window: 1m, ${more} }] }`;

describe('rateLimits', () => {
  it('Has defaults', () => {
    expect(parse(rule(''))).toEqual({
      rules: [{ name: 'default', per: 'subject', quota: 600, window: 60_000, burst: 60, cost: 1 }],
      store: 'memory',
      storeFailure: 'fallback',
    });
  });

  it('Is undefined if it is missing', () => {
    expect(parseGatewayConfig('services: {}', 'gateway.yaml').rateLimits).toBeUndefined();
  });

  it('Has no burst for a calendar window', () => {
    const [one] = parse('{ rules: [{ name: a, per: address, quota: 1000, window: day }] }')?.rules ?? [];
    expect(one).toMatchObject({ window: 'day', burst: 0 });
  });

  it('Accepts the shared store if there is a server', () => {
    const text = '{ store: shared, rules: [{ name: a, per: gateway, quota: 1, window: 1s }] }';
    expect(parse(text, { CACHE_URL: 'redis://localhost' })?.store).toBe('shared');
    expect(() => parse(text)).toThrow(
      'gateway.yaml:1: rateLimits.store: shared needs a Redis or Valkey server; set CACHE_URL',
    );
  });

  it.each([
    ['services: [order]', 'rateLimits.rules.0.services.0: there is no service "order"; did you mean orders?'],
    [
      'burst: 1, cost: 3',
      'rateLimits.rules.0.cost: is more than burst + 1 (2), so no request would ever be allowed',
    ],
    ['methods: [get]', 'rateLimits.rules.0.methods.0: '],
    ['window: 500ms', 'rateLimits.rules.0.window: expected '],
    ['window: week', 'rateLimits.rules.0.window: expected '],
    ['window: day, burst: 5', 'rateLimits.rules.0.burst: a day has no burst'],
    ['quota: 0', 'rateLimits.rules.0.quota: '],
    ['name: "a\\"b"', 'rateLimits.rules.0.name: expected a name of letters'],
    ['per: user', 'rateLimits.rules.0.per: expected '],
    ['operation: [a]', 'rateLimits.rules.0.operation: '],
  ])('Rejects %s, and names the place', (more, message) => {
    const fields: Record<string, string> = { name: 'default', per: 'subject', quota: '600', window: '1m' };
    for (const key of Object.keys(fields)) if (more.startsWith(`${key}:`)) delete fields[key];
    const text = Object.entries(fields).map(([key, value]) => `${key}: ${value}`);
    expect(() => parse(`{ rules: [{ ${[...text, more].join(', ')} }] }`)).toThrow(message);
  });

  it('Rejects a name that is used twice', () => {
    const one = '{ name: a, per: address, quota: 1, window: 1s }';
    expect(() => parse(`{ rules: [${one}, ${one}] }`)).toThrow('rateLimits.rules.1.name: a is used twice');
  });
});
