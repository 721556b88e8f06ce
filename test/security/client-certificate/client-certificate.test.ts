import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { clientCertificateSchemeSchema } from '../../../src/config/policies/client-certificate-scheme.ts';
import {
  ClientCertificateVerifier,
  type TlsPeer,
  thumbprint,
} from '../../../src/security/client-certificate/client-certificate.ts';
import { CERTIFICATES, certificate, pem } from '../../support/certificates.ts';
import { removeFilesAfterEach, testFile } from '../../support/test-file.ts';

const NOW = Date.UTC(2030, 0, 1);

removeFilesAfterEach();
const verifiers: ClientCertificateVerifier[] = [];
afterEach(() => {
  for (const one of verifiers.splice(0)) one.close();
});

const open = (scheme = {}, { folder = CERTIFICATES, now = () => NOW, isOnlyScheme = false } = {}) => {
  const parsed = clientCertificateSchemeSchema.parse({ clientCa: 'ca.pem', ...scheme });
  const verifier = new ClientCertificateVerifier(parsed, { folder, interval: 0, now, isOnlyScheme });
  verifiers.push(verifier);
  return verifier;
};

/** A connection with a chain of certificates, the one of the client first. */
function peer(names: readonly string[], { authorized = true, error = '' } = {}): TlsPeer {
  const chain = names.map((name) => ({ raw: certificate(name).raw }));
  const [first = {}] = chain.map((one, index) =>
    Object.assign(one, { issuerCertificate: chain[index + 1] ?? one }),
  );
  return { authorized, authorizationError: error, getPeerCertificate: () => first };
}

const header = (name: string) => `:${certificate(name).raw.toString('base64')}:`;

describe('A client certificate', () => {
  it('Identifies the client by its distinguished name, until it expires', () => {
    expect(open({ scopes: ['read'] }).verifyPeer(peer(['client', 'ca']))).toEqual({
      issuer: '',
      subject: 'CN=partner,O=Acme,C=DE',
      scopes: new Set(['read']),
      expiresAt: Date.parse(certificate('client').validTo),
      claims: { cnf: { 'x5t#S256': thumbprint(certificate('client').raw) } },
    });
  });

  it('Identifies the client by an alternative name where the configuration says so', () => {
    const subjectOf = (subject: string) => open({ subject }).verifyPeer(peer(['names', 'ca']));
    expect(subjectOf('dns')).toHaveProperty('subject', 'one.example');
    expect(subjectOf('uri')).toHaveProperty('subject', 'spiffe://acme/partner');
    expect(subjectOf('email')).toHaveProperty('subject', 'ops@acme.example');
    expect(open({ subject: 'dns' }).verifyPeer(peer(['client', 'ca']))).toHaveProperty('rejected');
  });

  it('Has the thumbprint of RFC 8705 §3.1: base64url of the SHA-256 of its DER', () => {
    const { raw, fingerprint256 } = certificate('client');
    expect(Buffer.from(thumbprint(raw), 'base64url').toString('hex')).toBe(
      fingerprint256.replaceAll(':', '').toLowerCase(),
    );
  });

  it('Is absent where the client sent none', () => {
    expect(open().verifyPeer(peer([], { authorized: false }))).toBeUndefined();
  });

  it('Is refused when the connection did not authorize it, whoever signed it', () => {
    const verification = open().verifyPeer(
      peer(['client', 'ca'], { authorized: false, error: 'CERT_HAS_EXPIRED' }),
    );
    expect(verification).toEqual({
      rejected: 'The client certificate is not valid.',
      reason: 'the certificate was not verified: CERT_HAS_EXPIRED',
    });
  });

  it.each([
    ['fake', ['fake', 'other-ca'], /no authority/],
    ['a certificate that claims an issuer it does not have', ['fake', 'ca'], /no authority/],
    ['an intermediate certificate that is missing', ['below'], /no authority/],
    ['a certificate that another client signed', ['signed-by-leaf', 'client', 'ca'], /no authority/],
    ['a certificate of a server', ['server', 'ca'], /not for clients/],
  ])('Is refused for %s, although the connection authorized it', (_, chain, reason) => {
    const verification = open().verifyPeer(peer(chain));
    expect(verification).toHaveProperty('rejected', 'The client certificate is not valid.');
    expect(verification).toHaveProperty('reason', expect.stringMatching(reason));
  });

  it('Is accepted with the intermediate certificate that signed it', () => {
    expect(open().verifyPeer(peer(['below', 'intermediate', 'ca']))).toHaveProperty('subject', 'CN=below');
    expect(open().verifyPeer(peer(['below', 'intermediate']))).toHaveProperty('subject', 'CN=below');
  });

  it('Is refused from the moment at which it expires, on an open connection too', () => {
    const end = Date.parse(certificate('client').validTo);
    let time = end - 1;
    const verifier = open({}, { now: () => time });
    const connection = peer(['client', 'ca']);
    expect(verifier.verifyPeer(connection)).toHaveProperty('subject');
    time = end;
    expect(verifier.verifyPeer(connection)).toMatchObject({
      rejected: 'The client certificate has expired.',
    });
    time = Date.parse(certificate('client').validFrom) - 1;
    expect(verifier.verifyPeer(connection)).toHaveProperty('rejected');
  });

  it('Is read once for a connection', () => {
    let reads = 0;
    const { getPeerCertificate, ...rest } = peer(['client', 'ca']);
    const connection = {
      ...rest,
      getPeerCertificate: (detailed: true) => {
        reads += 1;
        return getPeerCertificate(detailed);
      },
    };
    const verifier = open();
    expect(verifier.verifyPeer(connection)).toBe(verifier.verifyPeer(connection));
    expect(reads).toBe(1);
  });
});

describe('The list of allowed subjects', () => {
  const allowed = ['cn=other', { subject: 'CN=partner, O=Acme, C=DE', scopes: ['write'] }];

  it('Admits its subjects with their scopes, and refuses all others', () => {
    const verifier = open({ allowed, scopes: ['read'] });
    expect(verifier.verifyPeer(peer(['client', 'ca']))).toHaveProperty('scopes', new Set(['read', 'write']));
    expect(verifier.verifyPeer(peer(['names', 'ca']))).toEqual({
      rejected: 'The client certificate is not allowed.',
      reason: 'the subject ["CN=names"] is not in the list of allowed ones',
    });
  });

  it('Admits no certificate whose name only looks like an allowed one', () => {
    const verifier = open({ allowed: ['CN=partner,O=Acme', 'CN=partner', 'CN=x'] });
    for (const name of ['line-break', 'client', 'tricky'])
      expect(verifier.verifyPeer(peer([name, 'ca']))).toHaveProperty('rejected');
  });

  it('Selects the alternative name that it contains', () => {
    const verifier = open({ subject: 'dns', allowed: ['TWO.example'] });
    expect(verifier.verifyPeer(peer(['names', 'ca']))).toHaveProperty('subject', 'two.example');
    expect(
      open({ subject: 'dns', allowed: ['admin.example'] }).verifyPeer(peer(['tricky-names', 'ca'])),
    ).toHaveProperty('rejected');
  });
});

describe('The file of authorities', () => {
  it.each([
    ['missing', undefined, /ENOENT/],
    ['empty', '', /contains no certificate/],
    ['no PEM', 'nonsense', /contains no certificate/],
    ['a private key', `${pem('ca.pem')}${pem('client.key')}`, /contains a private key/],
    ['broken', pem('ca.pem').replace(/\n..../, '\nAAAA'), /certificate 1 cannot be read/],
    ['a certificate of a client', pem('ca.pem') + pem('client.pem'), /certificate 2 is not .* an authority/],
  ])('Makes the scheme unavailable when it is %s', (_, text, reason) => {
    const { path } = testFile(text);
    const verifier = open({ clientCa: path, header: true });
    const expected = { unavailable: expect.stringMatching(reason), retryAfter: 5 };
    expect(verifier.verifyPeer(peer(['client', 'ca']))).toEqual(expected);
    expect(verifier.verifyHeader(header('client'), true)).toEqual(expected);
    expect(verifier.fault()).toMatch(reason);
  });

  it('Counts at once when it changes, on open connections too', async () => {
    const file = testFile(pem('ca.pem'));
    const verifier = open({ clientCa: file.path, header: true });
    const connection = peer(['client', 'ca']);
    const verify = () => [verifier.verifyPeer(connection), verifier.verifyHeader(header('client'), true)];
    for (const one of verify()) expect(one).toHaveProperty('subject');
    file.write(pem('other-ca.pem'));
    await verifier.reload();
    for (const one of verify()) expect(one).toHaveProperty('rejected');
    file.write('broken');
    await verifier.reload();
    for (const one of verify()) expect(one).toHaveProperty('rejected');
    file.write(pem('other-ca.pem') + pem('ca.pem'));
    await verifier.reload();
    for (const one of verify()) expect(one).toHaveProperty('subject');
  });
});

describe('The header Client-Cert', () => {
  it('Identifies the client where a trusted proxy sends it', () => {
    const verifier = open({ header: true, scopes: ['read'] });
    const verification = verifier.verifyHeader(header('client'), true);
    expect(verification).toMatchObject({ subject: 'CN=partner,O=Acme,C=DE', scopes: new Set(['read']) });
    expect(verifier.verifyHeader(header('client'), true)).toBe(verification);
  });

  it('Is refused from any other peer', () => {
    expect(open({ header: true }).verifyHeader(header('client'), false)).toMatchObject({
      reason: 'Client-Cert does not come from one of trustedProxies',
    });
  });

  it('Is ignored where it is missing or the scheme does not use it', () => {
    expect(open({ header: true }).verifyHeader(undefined, true)).toBeUndefined();
    expect(open().verifyHeader(header('client'), true)).toBeUndefined();
  });

  it.each([
    ['a certificate of another authority', header('fake')],
    ['a certificate whose intermediate is no authority here', header('below')],
    ['a certificate of a server', header('server')],
    ['the certificate of the authority for itself as a leaf', header('other-ca')],
    ['nothing', ''],
    ['an empty sequence', '::'],
    ['no colons', header('client').slice(1, -1)],
    ['two values', `${header('client')}, ${header('client')}`],
    ['a parameter', `${header('client')};a`],
    ['PEM', pem('client.pem')],
    ['no certificate', `:${btoa('nonsense')}:`],
    ['a truncated certificate', `:${certificate('client').raw.subarray(0, 300).toString('base64')}:`],
    ['more than 16 KB', `:${'A'.repeat(20_000)}:`],
  ])('Is refused with %s', (_, value) => {
    expect(open({ header: true }).verifyHeader(value, true)).toHaveProperty('rejected');
  });

  it('Is refused with a certificate that was changed in any byte', () => {
    const verifier = open({ header: true });
    const { raw } = certificate('client');
    for (let at = 0; at < raw.length; at++) {
      const changed = Buffer.from(raw);
      changed[at] = (raw[at] ?? 0) ^ 0x01;
      const verification = verifier.verifyHeader(`:${changed.toString('base64')}:`, true);
      if (!verification || !('subject' in verification)) continue;
      // A few bytes are not signed, and change nothing that is read.
      expect(verification.subject).toBe('CN=partner,O=Acme,C=DE');
      expect(new X509Certificate(changed).verify(certificate('ca').publicKey)).toBe(true);
    }
  });
});

describe('A TLS connection', () => {
  let server: Server | undefined;
  afterEach(async () => {
    server?.close();
    if (server?.listening) await once(server, 'close');
  });

  /** The server's side of a connection with this client certificate. */
  async function connectWith(name: string | undefined): Promise<{ socket: TLSSocket; end(): void }> {
    server = createServer({
      key: pem('server.key'),
      cert: pem('server.pem'),
      ca: [pem('ca.pem'), pem('other-ca.pem')],
      requestCert: true,
      rejectUnauthorized: false,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect({
      port: (server.address() as AddressInfo).port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: pem('ca.pem'),
      ...(name !== undefined && {
        key: pem(`${name}.key`),
        cert: pem(`${name}.pem`) + (name === 'below' ? pem('intermediate.pem') : ''),
      }),
    });
    client.on('error', () => {});
    const [socket] = (await once(server, 'secureConnection')) as [TLSSocket];
    return { socket, end: () => client.destroy() };
  }

  const withIntermediate = pem('ca.pem') + pem('intermediate.pem');
  const isUnsigned = { reason: expect.stringMatching(/^no authority of clientCa/) };

  it.each([
    ['of an authority of the scheme', 'client', pem('ca.pem'), false, { subject: 'CN=partner,O=Acme,C=DE' }],
    ['of an intermediate authority of the scheme', 'below', withIntermediate, false, { subject: 'CN=below' }],
    ['of an unknown intermediate authority', 'below', pem('ca.pem'), false, isUnsigned],
    [
      'of an intermediate authority, for the only scheme',
      'below',
      pem('ca.pem'),
      true,
      { subject: 'CN=below' },
    ],
    ['of an authority that only another scheme accepts', 'fake', pem('ca.pem'), false, isUnsigned],
    ['of a server', 'server', pem('ca.pem'), true, { reason: expect.stringMatching(/was not verified/) }],
  ])('Has the certificate %s', async (_, name, clientCa, isOnlyScheme, expected) => {
    const { socket, end } = await connectWith(name);
    const verification = open({ clientCa: testFile(clientCa).path }, { isOnlyScheme }).verifyPeer(socket);
    end();
    expect(verification).toMatchObject(expected);
  });

  it('May have no certificate', async () => {
    const { socket, end } = await connectWith(undefined);
    const verification = open({}, { isOnlyScheme: true }).verifyPeer(socket);
    end();
    expect(verification).toBeUndefined();
  });
});
