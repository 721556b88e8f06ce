import { describe, expect, it } from '@jest/globals';
import { parseGatewayConfig } from '../../../src/config/yaml/gateway-yaml.ts';

const KEY = 'k'.repeat(32);
const browser = (more = '') => `{ scheme: oauth, client: { id: gateway }, cookieKey: ${KEY}${more} }`;
const parse = (keys: string) =>
  parseGatewayConfig(
    `services: {}\nauthentication:\n  schemes: { oauth: { issuer: "https://idp.example", audience: a }, key: { keysFile: x } }\n  ${keys}`,
    'gateway.yaml',
    { env: {} },
  ).authentication;

describe('The configuration of the sign-in', () => {
  it('Has defaults for everything but the scheme, the client and the key', () => {
    expect(parse(`browser: ${browser()}`)?.browser).toEqual({
      scheme: 'oauth',
      client: { id: 'gateway' },
      scopes: [],
      parameters: {},
      cookieKey: KEY,
    });
    expect(parse('docs: { clientId: swagger }')?.docs).toEqual({
      clientId: 'swagger',
      scopes: [],
      parameters: {},
    });
  });

  it.each([
    [
      'a scheme that does not exist',
      browser().replace('oauth', 'other'),
      /scheme: expected the name of an entry/,
    ],
    [
      'a scheme without an issuer',
      browser().replace('oauth', 'key'),
      /scheme: expected the name of an entry/,
    ],
    ['a short key', browser().replace(KEY, 'short'), /cookieKey: expected at least 32/],
    ['a scope with a space', browser(', scopes: [a b]'), /expected a scope without spaces/],
    ['a parameter of the flow', browser(', parameters: { state: x }'), /belong to the sign-in itself/],
    [
      'another parameter of the flow',
      browser(', parameters: { redirect_uri: x }'),
      /belong to the sign-in itself/,
    ],
    ['an unknown key', browser(', secret: x'), /secret/],
  ])('Is refused with %s', (_, text, message) => {
    expect(() => parse(`browser: ${text}`)).toThrow(message);
  });
});
