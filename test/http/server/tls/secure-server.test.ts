import { request as httpsRequest } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { limitsSchema } from '../../../../src/config/limits.ts';
import type { TlsConfig } from '../../../../src/config/policies/tls.ts';
import { type PeerCertificate, peerCertificateOf } from '../../../../src/http/server/peer-certificate.ts';
import { createAuthority, type TestPair } from '../../../support/authority.ts';
import { eventually } from '../../../support/eventually.ts';
import { http2Client } from '../../../support/http2-client.ts';
import { itWithCurl, itWithOpenssl, outputOf } from '../../../support/programs.ts';
import { rawClient } from '../../../support/raw-client.ts';
import { type SecureListener, secureSetup } from '../../../support/secure-listener.ts';

const setup = secureSetup();
const start = (tls?: Partial<TlsConfig>) =>
  setup.start((req, res) => res.end(`${req.httpVersion} ${req.url}`), tls);

const placeOf = ({ url }: SecureListener) => `localhost:${new URL(url).port}`;
const causesOf = ({ certificate }: SecureListener) =>
  certificate.failures.counts().map(({ cause, count }) => [cause, count]);
const expectCause = async (server: SecureListener, cause: string) => {
  await eventually('the failure is counted', () => causesOf(server).length > 0, {
    tell: () => JSON.stringify(causesOf(server)),
  });
  expect(causesOf(server)).toEqual([[cause, 1]]);
};

/** A request over HTTP/1.1. @returns the body, or the code of the error */
const https = (server: SecureListener, options: Partial<TestPair> = {}): Promise<string> =>
  new Promise((resolve) => {
    const { port } = new URL(server.url);
    const { authority } = setup;
    const sent = httpsRequest(
      { host: '127.0.0.1', port, servername: 'localhost', ca: authority.cert, agent: false, ...options },
      (res) => {
        let text = '';
        res.on('data', (chunk) => {
          text += chunk;
        });
        res.on('end', () => resolve(text));
      },
    );
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'no code'));
    sent.end();
  });

/** Sends text over TLS without ALPN. @returns all that the server sent */
const raw = async (server: SecureListener, text: string): Promise<string> => {
  const socket = connect({
    host: '127.0.0.1',
    port: Number(new URL(server.url).port),
    servername: 'localhost',
    ca: setup.authority.cert,
  });
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  socket.on('error', () => {});
  socket.write(text);
  await new Promise((resolve) => socket.once('close', resolve));
  return received;
};

const openssl = (server: SecureListener, ...args: string[]) =>
  outputOf('openssl', ['s_client', '-connect', placeOf(server), '-servername', 'localhost', ...args]);

const WEAK = ['-cipher', 'ALL:@SECLEVEL=0'];

describe('The versions of TLS', () => {
  itWithOpenssl.each<[string, TlsConfig['minimum'], string[], string | undefined]>([
    ['TLSv1.3', 'TLSv1.2', ['-tls1_3'], 'TLSv1.3'],
    ['TLSv1.2', 'TLSv1.2', ['-tls1_2'], 'TLSv1.2'],
    ['TLSv1.1', 'TLSv1.2', ['-tls1_1', ...WEAK], undefined],
    ['TLSv1.0', 'TLSv1.2', ['-tls1', ...WEAK], undefined],
    ['TLSv1.3', 'TLSv1.3', ['-tls1_3'], 'TLSv1.3'],
    ['TLSv1.2', 'TLSv1.3', ['-tls1_2'], undefined],
  ])('%s with the minimum %s', async (_, minimum, args, version) => {
    const server = await start({ minimum });
    const output = await openssl(server, ...args);
    if (version !== undefined) expect(output).toContain(`New, ${version}`);
    else {
      expect(output).toMatch(/alert protocol version|no protocols available/);
      await expectCause(server, 'old-version');
    }
  });

  itWithOpenssl.each(['NULL-SHA256', 'AES128-SHA256:@SECLEVEL=0', 'RC4-SHA:@SECLEVEL=0'])(
    'The cipher %s is refused, because it does not protect or does not exist for this certificate',
    async (cipher) => {
      const output = await openssl(await start(), '-tls1_2', '-cipher', cipher);
      expect(output).toMatch(/handshake failure|no cipher match|no ciphers available/);
    },
  );
});

describe('The application protocol (ALPN)', () => {
  itWithOpenssl.each<[string, TlsConfig['http2'], string]>([
    ['h2,http/1.1', 'on', 'ALPN protocol: h2'],
    ['http/1.1,h2', 'on', 'ALPN protocol: h2'],
    ['http/1.1', 'on', 'ALPN protocol: http/1.1'],
    ['h2,http/1.1', 'off', 'ALPN protocol: http/1.1'],
    ['h2', 'off', 'alert no application protocol'],
    ['spdy/3', 'on', 'alert no application protocol'],
  ])('%s with http2 %s is answered by: %s', async (offered, http2, answer) => {
    expect(await openssl(await start({ http2 }), '-alpn', offered)).toContain(answer);
  });

  it('A client without ALPN gets HTTP/1.1', async () => {
    const text = await raw(await start(), 'GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 200 [\s\S]*1\.1 \/a/);
  });

  itWithCurl.each([
    ['--http2', '2.0 /a'],
    ['--http1.1', '1.1 /a'],
  ])('curl %s gets a response', async (flag, body) => {
    const server = await start();
    const ca = await setup.folder.write('ca.pem', setup.authority.cert);
    expect(await outputOf('curl', ['-sS', flag, '--cacert', ca, `https://${placeOf(server)}/a`])).toBe(body);
  });
});

describe('A handshake that fails', () => {
  it('Of plain HTTP is counted as that', async () => {
    const server = await start();
    await rawClient(server.url, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n').end;
    await expectCause(server, 'plain-http');
  });

  itWithCurl('Of a client that does not know the issuer is counted as that', async () => {
    const server = await start();
    const ca = await setup.folder.write('other.pem', (await createAuthority('Other')).cert);
    expect(await outputOf('curl', ['-sS', '--cacert', ca, `https://${placeOf(server)}/a`])).toMatch(
      /certificate/,
    );
    await expectCause(server, 'untrusted-by-client');
  });

  it('Of a client that disconnects is counted as that', async () => {
    const server = await start();
    rawClient(server.url, Buffer.from([0x16, 3, 1])).socket.end();
    await expectCause(server, 'disconnected');
  });

  it('Leaves a line in the log, without an address', async () => {
    const server = await start();
    await rawClient(server.url, 'GET / HTTP/1.1\r\n\r\n').end;
    await expectCause(server, 'plain-http');
    expect(server.logged).toEqual([
      [
        'warn',
        { cause: 'plain-http', code: 'ERR_SSL_HTTP_REQUEST' },
        'a TLS handshake failed: the client sent plain HTTP to the HTTPS port',
      ],
    ]);
  });
});

describe('HTTP/1.1 over TLS', () => {
  it.each([
    ['no HTTP', 'nonsense\r\n\r\n', '400 Bad Request'],
    ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', '400 Bad Request'],
    ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n', '405 Method Not Allowed'],
    ['another expectation', 'GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n', '417 Expectation Failed'],
  ])('With %s gets a problem, as without TLS', async (_, text, status) => {
    const received = await raw(await start(), text);
    expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status}\r\n`));
    expect(received).toContain('application/problem+json');
  });

  it('Pipelined requests get their responses in order', async () => {
    const text = '/a /b /c'
      .split(' ')
      .map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n${path === '/c' ? 'Connection: close\r\n' : ''}\r\n`)
      .join('');
    expect([...(await raw(await start(), text)).matchAll(/1\.1 (\/.)/g)].map(([, path]) => path)).toEqual([
      '/a',
      '/b',
      '/c',
    ]);
  });

  it('Upgrade is an event of the same server, and without a listener the request is served', async () => {
    const text = 'GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n';
    expect(await raw(await start(), text)).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*1\.1 \/a/);
  });
});

describe('The handshakes of a server', () => {
  it('Connections that never begin their handshake do not keep others out', async () => {
    const limits = () => limitsSchema.parse({ connections: 10 });
    const server = await setup.start((_req, res) => res.end('hello'), {}, { limits });
    const port = Number(new URL(server.url).port);
    const silent = Array.from({ length: 300 }, () => connectPlain(port, '127.0.0.1'));
    let closed = 0;
    for (const socket of silent) {
      socket.on('error', () => {});
      socket.once('close', () => {
        closed += 1;
      });
    }
    // 10 connections, and 100 that would get a 503.
    await eventually('the server has made room', () => closed >= 190, { tell: () => String(closed) });
    expect(await https(server)).toBe('hello');
    for (const socket of silent) socket.destroy();
  });
});

describe('The end of a server', () => {
  it('Does not wait for connections whose handshake has not finished', async () => {
    const server = await start();
    const client = rawClient(server.url, Buffer.from([0x16, 3, 1]));
    await new Promise((resolve) => client.socket.once('connect', resolve));
    // Its connection is known to the server when a later one is.
    expect(await https(server)).toBe('1.1 /');
    await server.close(20_000);
    expect(await client.end).toBe('');
  });
});

describe('The certificate of a client', () => {
  const withPeer = async (clientCertificate: TlsConfig['clientCertificate']) => {
    const peers: PeerCertificate[] = [];
    const clientCa = await setup.folder.write('client-ca.pem', setup.authority.cert);
    const server = await setup.start(
      (req, res) => {
        peers.push(peerCertificateOf(req));
        res.end('hello');
      },
      { clientCertificate, clientCa: clientCertificate === 'off' ? undefined : clientCa },
    );
    return { server, peers };
  };
  const valid = () => setup.authority.issue({ name: 'partner' });
  const expired = () => setup.authority.issue({ name: 'partner', days: -1 });
  const foreign = async () => (await createAuthority('Other')).issue({ name: 'partner' });

  it.each<[string, () => Promise<TestPair>, string]>([
    ['has expired', expired, 'expired-client-certificate'],
    ['is of an unknown issuer', foreign, 'unknown-client-ca'],
  ])('That %s does not pass where one is required, over either version', async (_, make, cause) => {
    const { server, peers } = await withPeer('require');
    const pair = await make();
    expect(await https(server, pair)).toMatch(/^E/);
    await expectCause(server, cause);
    const client = http2Client(server.url, { ca: setup.authority.cert, ...pair });
    await expect(client.request('/')).rejects.toThrow();
    expect(peers).toEqual([]);
    client.close();
  });

  it('Is required where that is configured', async () => {
    const { server, peers } = await withPeer('require');
    expect(await https(server)).toMatch(/^E/);
    await expectCause(server, 'no-client-certificate');
    expect(peers).toEqual([]);
  });

  it.each(['request', 'require'] as const)(
    'Is known to the app with %s, over either version',
    async (mode) => {
      const { server, peers } = await withPeer(mode);
      const pair = await valid();
      expect(await https(server, pair)).toBe('hello');
      const client = http2Client(server.url, { ca: setup.authority.cert, ...pair });
      await client.request('/');
      await client.request('/');
      client.close();
      expect(
        peers.map(({ certificate, authorized, error }) => [certificate?.subject, authorized, error]),
      ).toEqual(Array.from({ length: 3 }, () => ['CN=partner', true, undefined]));
      // Read once for each connection.
      expect(peers[1]).toBe(peers[2]);
    },
  );

  it.each<[string, () => Promise<TestPair | undefined>, unknown[]]>([
    ['none', async () => undefined, [undefined, false, undefined]],
    ['an expired one', expired, ['CN=partner', false, 'CERT_HAS_EXPIRED']],
    ['one of an unknown issuer', foreign, ['CN=partner', false, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE']],
  ])('Is not authorized with request and %s, over either version', async (_, make, expected) => {
    const { server, peers } = await withPeer('request');
    const pair = await make();
    expect(await https(server, pair)).toBe('hello');
    const client = http2Client(server.url, { ca: setup.authority.cert, ...pair });
    await client.request('/');
    client.close();
    for (const { certificate, authorized, error } of peers)
      expect([certificate?.subject, authorized, error]).toEqual(expected);
    expect(peers).toHaveLength(2);
  });

  it('Is not asked for with off', async () => {
    const { server, peers } = await withPeer('off');
    expect(await https(server, await valid())).toBe('hello');
    expect(peers).toEqual([{ certificate: undefined, authorized: false, error: undefined }]);
  });

  it('Stays authorized on a resumed session, until its issuer is no longer accepted', async () => {
    const { server, peers } = await withPeer('require');
    const { port } = new URL(server.url);
    const pair = await valid();
    /** @returns whether the session was resumed, and a ticket if it is new; undefined where the connection was refused */
    const visit = (session?: Buffer) =>
      new Promise<{ isResumed: boolean; ticket: Buffer | undefined } | undefined>((resolve) => {
        const options = {
          host: '127.0.0.1',
          port: Number(port),
          servername: 'localhost',
          ca: setup.authority.cert,
        };
        const socket: TLSSocket = connect({ ...options, ...pair, ...(session && { session }) });
        let ticket: Buffer | undefined;
        let text = '';
        let isResumed = false;
        socket.on('secureConnect', () => {
          isResumed = socket.isSessionReused();
        });
        socket.on('session', (one) => {
          ticket = one;
        });
        socket.on('error', () => {});
        socket.on('data', (chunk) => {
          text += chunk;
        });
        socket.on('close', () => resolve(text.includes('hello') ? { isResumed, ticket } : undefined));
        socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      });
    const first = await visit();
    const second = await visit(first?.ticket);
    expect([first?.isResumed, second?.isResumed]).toEqual([false, true]);
    expect(peers.map(({ authorized }) => authorized)).toEqual([true, true]);
    await setup.folder.write('client-ca.pem', (await createAuthority('Other')).cert);
    expect(await server.certificate.reload(server.config)).toBe(true);
    expect(await visit(first?.ticket)).toBeUndefined();
    expect(peers).toHaveLength(2);
  });
});
