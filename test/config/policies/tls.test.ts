import { describe, expect, it } from '@jest/globals';
import { parseGatewayConfig } from '../../../src/config/yaml/gateway-yaml.ts';

const parse = (yaml: string) => parseGatewayConfig(yaml, '/etc/linkway/gateway.yaml');
const service = (tls: string) => parse(`services:\n  a: { document: a.yaml, url: "https://a", tls: ${tls} }`);

describe('The section tls of gateway.yaml', () => {
  it('Has paths relative to the file, and defaults that are safe', () => {
    expect(parse('services: {}\ntls: { certificate: tls/a.crt, key: /run/a.key }').tls).toEqual({
      certificate: '/etc/linkway/tls/a.crt',
      key: '/run/a.key',
      clientCa: undefined,
      clientCertificate: 'off',
      minimum: 'TLSv1.2',
      http2: 'on',
    });
  });

  it('Is not there without configuration', () => {
    expect(parse('services: {}').tls).toBeUndefined();
  });

  it.each([
    ['{ certificate: a }', 'tls.key'],
    ['{ certificate: a, key: b, minimum: TLSv1.1 }', 'tls.minimum'],
    ['{ certificate: a, key: b, http2: maybe }', 'tls.http2'],
    ['{ certificate: a, key: b, clientCertificate: require }', 'set tls.clientCa too'],
    ['{ certificate: a, key: b, clientCertificate: request }', 'set tls.clientCa too'],
    ['{ certificate: a, key: b, clientCa: c }', 'set tls.clientCertificate to request or require too'],
    ['{ certificate: a, key: b, passphrase: c }', 'passphrase'],
  ])('%s is refused', (tls, message) => {
    expect(() => parse(`services: {}\ntls: ${tls}`)).toThrow(message);
  });
});

describe('The section tls of a service', () => {
  it('Has paths relative to the file', () => {
    expect(
      service('{ ca: ca.pem, certificate: a.crt, key: a.key, serverName: a.internal }').services[0]?.tlsFiles,
    ).toEqual({
      ca: '/etc/linkway/ca.pem',
      certificate: '/etc/linkway/a.crt',
      key: '/etc/linkway/a.key',
      serverName: 'a.internal',
    });
  });

  it.each([
    ['{ certificate: a }', 'is used only together with key'],
    ['{ key: a }', 'is used only together with key'],
    ['{ serverName: "https://a" }', 'expected a host name'],
    ['{ insecure: true }', 'insecure'],
  ])('%s is refused', (tls, message) => {
    expect(() => service(tls)).toThrow(message);
  });
});
