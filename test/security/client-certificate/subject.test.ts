import type { X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  normalizeSubject,
  type SubjectKind,
  subjectsOf,
} from '../../../src/security/client-certificate/subject.ts';
import { certificate } from '../../support/certificates.ts';

describe('The subject of a certificate', () => {
  it.each([
    ['client', 'CN=partner,O=Acme,C=DE'],
    ['tricky', 'CN=pärtner,OU=a\\+b \\"c\\",O=Acme\\, Inc.,C=DE'],
    ['multi', 'CN=a+UID=1,O=Acme'],
    ['line-break', 'CN=x\\0ACN=partner,O=Acme'],
  ])('Of %s is the distinguished name %s (RFC 4514)', (name, subject) => {
    expect(subjectsOf(certificate(name), 'dn')).toEqual([subject]);
  });

  it.each<[SubjectKind, string[]]>([
    ['dns', ['one.example', 'two.example']],
    ['uri', ['spiffe://acme/partner']],
    ['email', ['ops@acme.example']],
  ])('Of the kind %s is each alternative name of that kind: %j', (kind, names) => {
    expect(subjectsOf(certificate('names'), kind)).toEqual(names);
    expect(subjectsOf(certificate('client'), kind)).toEqual([]);
  });

  it('Is never a name that the value of another name contains', () => {
    expect(subjectsOf(certificate('tricky-names'), 'dns')).toEqual(['plain.example']);
    expect(subjectsOf(certificate('tricky-names'), 'uri')).toEqual(['spiffe://a/x, DNS:admin.example']);
  });

  it('Is missing where the certificate has no names, or a list that cannot be read', () => {
    const of = (one: object, kind: SubjectKind) => subjectsOf(one as X509Certificate, kind);
    expect(of({ subject: undefined }, 'dn')).toEqual([]);
    expect(of({ subject: '' }, 'dn')).toEqual([]);
    expect(of({ subjectAltName: undefined }, 'dns')).toEqual([]);
    for (const subjectAltName of ['DNS:a, nonsense', 'DNS:a"b', 'DNS:"a', '"', ':a', 'DNS:a,DNS:b'])
      expect(of({ subjectAltName }, 'dns')).toEqual([]);
  });
});

describe('A configured subject', () => {
  it.each([
    ['cn = partner , o=Acme,C=DE', 'CN=partner ,O=Acme,C=DE'],
    ['CN=a\\,b, O=x', 'CN=a\\,b,O=x'],
    ['CN=a=b', 'CN=a=b'],
    ['', ''],
  ])('Is compared as a distinguished name: %j as %j', (text, expected) => {
    expect(normalizeSubject(text, 'dn')).toBe(expected);
  });

  it('Is compared without case as a DNS name, and exactly as a URI or an address', () => {
    expect(normalizeSubject('API.Example', 'dns')).toBe('api.example');
    expect(normalizeSubject('spiffe://A', 'uri')).toBe('spiffe://A');
    expect(normalizeSubject('A@b', 'email')).toBe('A@b');
  });
});
