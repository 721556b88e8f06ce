import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { apiKeySchemeSchema } from '../../../src/config/policies/api-key-scheme.ts';
import { clientCertificateSchemeSchema } from '../../../src/config/policies/client-certificate-scheme.ts';
import { introspectionSchemeSchema } from '../../../src/config/policies/introspection-scheme.ts';
import { faultsOf } from '../../../src/config/yaml/faults.ts';

const faults = (schema: z.ZodType, value: unknown): string[] => {
  const { error } = schema.safeParse(value);
  if (error === undefined) return [];
  return faultsOf(schema, value, error).map(({ path, message }) => `${path.join('.')}: ${message}`);
};

const client = { id: 'gateway', secret: 'secret' };
const introspection = 'https://idp.example/introspect';

describe('The keys of a scheme with introspection', () => {
  it('Have defaults for all but the endpoint and the client', () => {
    expect(introspectionSchemeSchema.parse({ introspection, client })).toEqual({
      introspection,
      client: { ...client, method: 'basic' },
      keep: 30_000,
    });
  });

  it.each([
    'https://idp.example/realms/shop/introspect?x=1',
    'http://localhost:8080/introspect',
    'http://127.0.0.1:8080/',
    'http://[::1]/introspect',
  ])('Accept the endpoint %s', (url) => {
    expect(faults(introspectionSchemeSchema, { introspection: url, client })).toEqual([]);
  });

  it.each([
    'http://idp.example/introspect',
    'http://127.0.0.1.evil.example/',
    'http://localhost.example/',
    'https://user:password@idp.example/',
    'https://idp.example/#fragment',
    'ftp://localhost/',
    '/introspect',
    '',
  ])('Refuse the endpoint %j', (url) => {
    expect(faults(introspectionSchemeSchema, { introspection: url, client })).toEqual([
      'introspection: expected an https URL without user name, password and fragment; http works on loopback only',
    ]);
  });

  it.each([
    [{ id: 'a' }, 'client: expected either secretFile or secret'],
    [{ ...client, secretFile: 'a' }, 'client: expected either secretFile or secret'],
    [{ id: '', secretFile: 'a' }, 'client.id: expected at least 1 characters, got ""'],
    [{ ...client, method: 'none' }, 'client.method: expected basic or post, got "none"'],
  ])('Refuse the client %j', (value, fault) => {
    expect(faults(introspectionSchemeSchema, { introspection, client: value })).toEqual([fault]);
  });

  it('Refuse to keep a result for more than five minutes', () => {
    expect(faults(introspectionSchemeSchema, { introspection, client, keep: '5m' })).toEqual([]);
    expect(faults(introspectionSchemeSchema, { introspection, client, keep: '301s' })[0]).toMatch(
      /^keep: expected 5m at most/,
    );
  });

  it('Refuse empty lists of audiences, which would refuse every token', () => {
    expect(faults(introspectionSchemeSchema, { introspection, client, audience: [] })).toHaveLength(1);
  });
});

describe('The keys of a scheme with a file of keys', () => {
  it('Are the name of the file only', () => {
    expect(faults(apiKeySchemeSchema, { keysFile: 'keys.yaml' })).toEqual([]);
    expect(faults(apiKeySchemeSchema, {})).toEqual(['keysFile: is missing; expected string']);
    expect(faults(apiKeySchemeSchema, { keyFile: 'x' })).toEqual([
      'keyFile: Unrecognized key; did you mean `keysFile`?',
    ]);
  });
});

describe('The keys of a scheme with client certificates', () => {
  it('Have defaults for all but the authorities', () => {
    expect(clientCertificateSchemeSchema.parse({ clientCa: 'ca.pem' })).toEqual({
      clientCa: 'ca.pem',
      subject: 'dn',
      scopes: [],
      header: false,
    });
  });

  it('List the allowed subjects as texts or with scopes', () => {
    const { allowed } = clientCertificateSchemeSchema.parse({
      clientCa: 'ca.pem',
      allowed: ['CN=a', { subject: 'CN=b' }, { subject: 'CN=c', scopes: ['x'] }],
    });
    expect(allowed).toEqual(['CN=a', { subject: 'CN=b', scopes: [] }, { subject: 'CN=c', scopes: ['x'] }]);
  });

  it.each([
    [{ allowed: [] }, /^allowed: /],
    [{ allowed: [1] }, /^allowed\.0: /],
    [{ allowed: [{ scopes: [] }] }, /^allowed\.0\.subject: is missing/],
    [{ subject: 'cn' }, /^subject: expected dn, dns, uri or email/],
    [{ header: 'yes' }, /^header: expected boolean/],
  ])('Refuse %j', (keys, fault) => {
    expect(faults(clientCertificateSchemeSchema, { clientCa: 'ca.pem', ...keys })).toEqual([
      expect.stringMatching(fault),
    ]);
  });

  it.each([
    ['API keys', apiKeySchemeSchema],
    ['introspection', introspectionSchemeSchema],
    ['client certificates', clientCertificateSchemeSchema],
  ])('Are described in sentences: those of %s', (_, schema) => {
    const described = Object.entries(schema.shape).filter(([, field]) =>
      /^[A-Z].*\.$/.test((field as z.ZodType).description ?? ''),
    );
    expect(described).toHaveLength(Object.keys(schema.shape).length);
  });
});
