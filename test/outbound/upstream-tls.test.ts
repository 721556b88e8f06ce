import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { UpstreamTlsConfig } from '../../src/config/policies/tls.ts';
import {
  connectOptions,
  documentTls,
  readUpstreamTls,
  upstreamTlsPlaces,
} from '../../src/outbound/upstream-tls.ts';
import {
  type CertificateFolder,
  createAuthority,
  createCertificateFolder,
  type TestAuthority,
  type TestPair,
} from '../support/authority.ts';

let folder: CertificateFolder;
let authority: TestAuthority;
let pair: TestPair;
let files: UpstreamTlsConfig;

beforeAll(async () => {
  folder = await createCertificateFolder();
  authority = await createAuthority();
  pair = await authority.issue();
  const { certificate, key } = await folder.writePair('client', pair);
  files = { ca: await folder.write('ca.pem', authority.cert), certificate, key, serverName: 'shop.internal' };
});
afterAll(() => folder.remove());

describe('The certificates for a service', () => {
  it('Are read from its files, which are watched', async () => {
    const tls = await readUpstreamTls({ name: 'shop', tlsFiles: files });
    expect(tls).toEqual({ ca: authority.cert, cert: pair.cert, key: pair.key, serverName: 'shop.internal' });
    expect(connectOptions(tls)).toEqual({
      ca: authority.cert,
      cert: pair.cert,
      key: pair.key,
      servername: 'shop.internal',
    });
    expect(upstreamTlsPlaces({ name: 'shop', tlsFiles: files })).toEqual([
      files.ca,
      files.certificate,
      files.key,
    ]);
  });

  it('Change nothing where none are configured', async () => {
    expect(await readUpstreamTls({ name: 'shop' })).toBeUndefined();
    expect(connectOptions(undefined)).toEqual({});
    expect(upstreamTlsPlaces({ name: 'shop' })).toEqual([]);
  });

  it('Are refused where the key belongs to another certificate', async () => {
    const other = await folder.writePair('other', await authority.issue());
    await expect(readUpstreamTls({ name: 'shop', tlsFiles: { ...files, key: other.key } })).rejects.toThrow(
      `services.shop.tls.key: ${other.key}: does not belong to the certificate in ${files.certificate}`,
    );
  });

  it.each([
    ['https://shop.internal:8443/openapi.yaml', true],
    ['https://shop.internal:9443/openapi.yaml', false],
    ['https://shop.internal.evil.example:8443/openapi.yaml', false],
    ['http://shop.internal:8443/openapi.yaml', false],
    ['/srv/openapi.yaml', false],
  ])('For the document %s are used: %s', async (place, isUsed) => {
    const service = {
      name: 'shop',
      urls: ['https://a.internal', 'https://shop.internal:8443'],
      tlsFiles: files,
    };
    expect((await documentTls(place, service)) !== undefined).toBe(isUsed);
  });
});
