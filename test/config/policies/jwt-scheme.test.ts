/** The keys of a scheme with JSON Web Tokens in gateway.yaml. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { jwtSchemeSchema } from '../../../src/config/policies/jwt-scheme.ts';
import { codeBlocksOf } from '../../support/markdown.ts';

const issuer = 'https://idp.example/realms/shop';

describe('A scheme with JSON Web Tokens', () => {
  it('has safe defaults, so that issuer and audience are enough', () => {
    expect(jwtSchemeSchema.parse({ issuer, audience: 'orders' })).toEqual({
      issuer,
      audience: { claim: 'aud', values: ['orders'] },
      algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'],
      maxRsaBits: 4096,
      typ: ['at+jwt'],
      scopes: 'scope',
      subject: 'sub',
      skew: 30_000,
      keys: { every: 600_000, cooldown: 30_000, staleFor: 86_400_000 },
    });
  });

  it('accepts all its keys', () => {
    const written = {
      issuer,
      jwksUri: 'https://keys.example/jwks.json?v=2',
      audience: { claim: 'client_id', values: ['shop', 'app'] },
      algorithms: ['ES512'],
      maxRsaBits: 8192,
      typ: ['JWT', 'none'],
      scopes: '/realm_access/roles',
      subject: 'oid',
      client: 'appid',
      skew: '1m',
      keys: { every: '5m', cooldown: '10s', staleFor: '1h' },
    };
    expect(jwtSchemeSchema.parse(written)).toEqual({
      ...written,
      skew: 60_000,
      keys: { every: 300_000, cooldown: 10_000, staleFor: 3_600_000 },
    });
  });

  it.each<[string, object]>([
    ['no issuer', { issuer: undefined }],
    ['an issuer over http', { issuer: 'http://idp.example' }],
    ['an issuer with a query', { issuer: `${issuer}?x=1` }],
    ['an issuer with a fragment', { issuer: `${issuer}#x` }],
    ['an issuer with a password', { issuer: 'https://user:password@idp.example' }],
    ['an issuer that is no URL', { issuer: 'idp' }],
    ['a key set over http', { jwksUri: 'http://idp.example/jwks' }],
    ['a key set in a file', { jwksUri: 'file:///keys.json' }],
    ['no audience', { audience: undefined }],
    ['an empty list of audiences', { audience: [] }],
    ['an empty audience', { audience: [''] }],
    ['an audience without values', { audience: { claim: 'aud', values: [] } }],
    ['no algorithm', { algorithms: [] }],
    ['the algorithm none', { algorithms: ['none'] }],
    ['a shared secret', { algorithms: ['HS256'] }],
    ['short RSA keys', { maxRsaBits: 1024 }],
    ['no type', { typ: [] }],
    ['a skew of an hour', { skew: '1h' }],
    ['keys that are fetched all the time', { keys: { every: '1s' } }],
    ['no cooldown', { keys: { cooldown: 0 } }],
    ['keys that end before they are fetched again', { keys: { every: '2h', staleFor: '1h' } }],
    ['an unknown key', { secret: 'x' }],
  ])('is refused with %s', (_, more) => {
    expect(jwtSchemeSchema.safeParse({ issuer, audience: ['orders'], ...more }).success).toBe(false);
  });

  it('is valid in each example of its page', () => {
    const page = readFileSync(new URL('../../../docs/json-web-tokens.md', import.meta.url), 'utf8');
    // An example is one scheme, or the whole key with its schemes.
    const examples = codeBlocksOf(page)
      .filter(({ language }) => language === 'yaml')
      .map(({ body }) => parse(body))
      .flatMap((example) =>
        example.authentication ? Object.values(example.authentication.schemes) : example,
      );
    expect(examples.length).toBeGreaterThan(2);
    for (const example of examples) expect(() => jwtSchemeSchema.parse(example)).not.toThrow();
  });

  it('has a description for each of its keys, and a JSON Schema for editors', () => {
    const { properties } = z.toJSONSchema(jwtSchemeSchema, { io: 'input' }) as { properties: object };
    const described = Object.entries(properties).map(([key, { description }]) => [key, typeof description]);
    expect(described).toEqual(Object.keys(properties).map((key) => [key, 'string']));
    expect(described).toHaveLength(11);
  });
});
