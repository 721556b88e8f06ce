import { describe, expect, it } from '@jest/globals';
import { configWarnings } from '../../../src/config/warnings.ts';
import { parseGatewayConfig } from '../../../src/config/yaml/gateway-yaml.ts';

const parse = (text: string) => parseGatewayConfig(`services: {}\n${text}`, 'gateway.yaml');

describe('The section cors', () => {
  it('Defaults allow no credentials, and origins are read as browsers write them', () => {
    expect(parse('cors: { origins: ["HTTPS://App.Example:443", "https://*.example.com"] }').cors).toEqual({
      origins: ['https://app.example', 'https://*.example.com'],
      credentials: false,
      maxAge: 600_000,
      allowHeaders: [],
      exposeHeaders: [],
      privateNetwork: false,
    });
    expect(parse('').cors).toBeUndefined();
  });

  it.each([
    ['{}', 'gateway.yaml:2: cors.origins: is missing'],
    ['{ origins: [] }', 'expected at least 1 items'],
    ['{ origins: ["*"], credentials: true }', 'cors.credentials: is not allowed with the origin "*"'],
    ['{ origins: ["null"] }', 'the origin `null` is not allowed'],
    [
      '{ origins: ["https://app.example/"] }',
      'without a path, or "*", got https://app.example/; write https://app.example',
    ],
    ['{ origins: ["https://app.example/a?b"] }', 'write https://app.example'],
    ['{ origins: [app.example] }', 'expected an origin such as https://app.example.com'],
    ['{ origins: ["https://*.com"] }', 'expected an origin such as'],
    ['{ origins: ["https://user:secret@app.example"] }', 'expected an origin such as'],
    ['{ origins: ["*"], allowHeaders: ["*"] }', 'expected the name of a header'],
    ['{ origins: ["*"], exposeHeaders: ["X-A\\r\\nX-B: 1"] }', 'expected the name of a header'],
    ['{ origins: ["*"], maxage: 1m }', 'did you mean `maxAge`?'],
  ])('The value %s is refused with its reason', (text, reason) => {
    expect(() => parse(`cors: ${text}`)).toThrow(reason);
  });

  it('A service may handle CORS itself', () => {
    const services = (value: string) =>
      parseGatewayConfig(`services: { a: { document: a, url: "http://a", cors: ${value} } }`, 'gateway.yaml')
        .services;
    expect(services('pass')[0]?.cors).toBe('pass');
    expect(services('gateway')[0]).not.toHaveProperty('cors');
    expect(() => services('off')).toThrow('expected gateway or pass');
  });
});

describe('The section addresses', () => {
  it('It is empty by default, so that every address is allowed', () => {
    expect(parse('').addresses).toEqual({ allow: [], deny: [] });
  });

  it.each(['10.0.0.0/33', '10.0.0', 'localhost', '::/129', '10.0.0.0/-1', '10.0.0.0/8/8', '*'])(
    'The text %j is no network',
    (text) => {
      for (const list of ['allow', 'deny'])
        expect(() => parse(`addresses: { ${list}: ["${text}"] }`)).toThrow(
          `gateway.yaml:2: addresses.${list}.0: expected an address or a network such as 10.0.0.0/8, got ${text}`,
        );
    },
  );

  it('A service has lists of its own', () => {
    const text = 'services: { a: { document: a, url: "http://a", addresses: { deny: ["fe80::/10"] } } }';
    expect(parseGatewayConfig(text, 'gateway.yaml').services[0]?.addresses).toEqual({
      allow: [],
      deny: ['fe80::/10'],
    });
  });
});

describe('Warnings about a configuration', () => {
  it('They say what to write instead of trustProxy: true', () => {
    expect(configWarnings(parse('trustProxy: true'))).toEqual([
      expect.stringContaining('such as `trustedProxies: [10.0.0.0/8]`'),
    ]);
  });

  it.each(['', 'trustProxy: false', 'trustedProxies: [10.0.0.0/8]', 'trustProxy: true\ntrustedProxies: []'])(
    'There are none for %j',
    (text) => {
      expect(configWarnings(parse(text))).toEqual([]);
    },
  );
});
