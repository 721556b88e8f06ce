import { createPrivateKey } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readIssuers, readKeyPair } from '../../../src/config/tls/certificate-files.ts';
import {
  type CertificateFolder,
  createAuthority,
  createCertificateFolder,
  type TestAuthority,
  type TestPair,
} from '../../support/authority.ts';

let authority: TestAuthority;
let folder: CertificateFolder;
let pair: TestPair;
let other: TestPair;

beforeAll(async () => {
  authority = await createAuthority();
  folder = await createCertificateFolder();
  pair = await authority.issue();
  other = await authority.issue();
});
afterAll(() => folder.remove());

const read = async (cert: string, key: string, now?: number) =>
  readKeyPair(
    { key: 'tls.certificate', path: await folder.write('a.crt', cert) },
    { key: 'tls.key', path: await folder.write('a.key', key) },
    now,
  );

const encrypted = (key: string): string =>
  String(
    createPrivateKey(key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'a passphrase',
    }),
  );

describe('A certificate and its key', () => {
  it('Are read with the issuers behind the certificate', async () => {
    const { leaf, cert } = await read(`${pair.cert}\n${authority.cert}`, pair.key);
    expect(leaf.subject).toBe('CN=localhost');
    expect(cert.match(/BEGIN/g)).toHaveLength(2);
  });

  it.each<[string, () => [string, string], RegExp]>([
    [
      'a key of another pair',
      () => [pair.cert, other.key],
      /^tls\.key: .*a\.key: does not belong to the certificate in .*a\.crt/,
    ],
    [
      'the issuer before the certificate',
      () => [`${authority.cert}\n${pair.cert}`, pair.key],
      /^tls\.certificate: .*a\.crt: the certificate of the key has to come first/,
    ],
    ['an empty certificate', () => ['', pair.key], /^tls\.certificate: .*a\.crt: has no certificate/],
    [
      'a key in place of the certificate',
      () => [pair.key, pair.key],
      /^tls\.certificate: .*: has no certificate/,
    ],
    [
      'a certificate that is cut',
      () => [pair.cert.replace(/.{20}\n-----END/, '\n-----END'), pair.key],
      /^tls\.certificate: .*a\.crt: has a certificate that cannot be read/,
    ],
    ['an empty key', () => [pair.cert, ''], /^tls\.key: .*a\.key: has no private key/],
    [
      'a certificate in place of the key',
      () => [pair.cert, pair.cert],
      /^tls\.key: .*a\.key: has no private key/,
    ],
    [
      'a key with a passphrase',
      () => [pair.cert, encrypted(pair.key)],
      /^tls\.key: .*a\.key: is encrypted; store the key without a passphrase/,
    ],
  ])('Are refused with %s, in one line', async (_, files, message) => {
    const error = await read(...files()).catch((one: Error) => one);
    expect((error as Error).name).toBe('ConfigError');
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toMatch(/\n|MIG|MII/);
  });

  it.each([
    ['after', 91, 'expired on'],
    ['before', -11, 'is not valid before'],
  ])('Are refused %s their time', async (_, days, message) => {
    await expect(read(pair.cert, pair.key, Date.now() + days * 86_400_000)).rejects.toThrow(message);
  });

  it('Are refused where a file is missing', async () => {
    const missing = join(folder.path, 'missing.crt');
    await expect(
      readKeyPair({ key: 'tls.certificate', path: missing }, { key: 'tls.key', path: missing }),
    ).rejects.toThrow(`tls.certificate: ${missing}: cannot be read`);
  });
});

describe('Certificates of issuers', () => {
  it('Are read, however many there are', async () => {
    const text = `${authority.cert}\n${(await createAuthority('Other')).cert}`;
    expect(await readIssuers({ key: 'tls.clientCa', path: await folder.write('ca.pem', text) })).toBe(text);
  });

  it('Are refused where there is none', async () => {
    const path = await folder.write('ca.pem', 'none');
    await expect(readIssuers({ key: 'tls.clientCa', path })).rejects.toThrow(
      `tls.clientCa: ${path}: has no certificate`,
    );
  });
});
