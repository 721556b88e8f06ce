import { connect } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import type { TlsConfig } from '../../../../src/config/policies/tls.ts';
import { ServerCertificate } from '../../../../src/http/server/tls/server-certificate.ts';
import { createAuthority, type TestPair } from '../../../support/authority.ts';
import { eventually } from '../../../support/eventually.ts';
import { http2Client } from '../../../support/http2-client.ts';
import { type SecureListener, secureSetup } from '../../../support/secure-listener.ts';

const setup = secureSetup();

/** The fingerprint of the certificate that new connections get. */
const shownBy = ({ url }: SecureListener): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(
      {
        host: '127.0.0.1',
        port: Number(new URL(url).port),
        servername: 'localhost',
        ca: setup.authority.cert,
      },
      () => {
        resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
        socket.destroy();
      },
    );
    socket.on('error', reject);
  });

const errorsOf = ({ logged }: SecureListener) => logged.filter(([level]) => level === 'error');

const start = () => setup.start((_req, res) => res.end('hello'));

const replace = async (server: SecureListener, pair: TestPair, change: Partial<TlsConfig> = {}) => {
  await setup.folder.writePair('server', pair);
  return server.certificate.reload({ ...server.config, ...change });
};

describe('A certificate that changes while the process runs', () => {
  it('Is used by new connections, and open ones go on', async () => {
    const server = await start();
    const before = await shownBy(server);
    const client = http2Client(server.url, { ca: setup.authority.cert });
    await client.request('/');
    expect(await replace(server, await setup.authority.issue({ name: 'new' }))).toBe(true);
    expect(await shownBy(server)).not.toBe(before);
    expect(server.certificate.status().subject).toBe('CN=new');
    expect((await client.request('/')).body).toBe('hello');
    client.close();
  });

  it('Changes under load without a failed request', async () => {
    const server = await start();
    const seen = new Set<string>();
    let requests = 0;
    let isDone = false;
    const load = Array.from({ length: 4 }, async (_, index) => {
      // Half of the clients open a connection for each request.
      const kept = index % 2 === 0 ? http2Client(server.url, { ca: setup.authority.cert }) : undefined;
      while (!isDone) {
        const client = kept ?? http2Client(server.url, { ca: setup.authority.cert });
        expect((await client.request('/')).body).toBe('hello');
        requests += 1;
        if (client !== kept) client.close();
      }
      kept?.close();
    });
    for (let i = 0; i < 10; i++) {
      const upTo = requests + 20;
      await eventually('requests go on', () => requests >= upTo);
      expect(await replace(server, await setup.authority.issue({ name: `number ${i}` }))).toBe(true);
      seen.add(await shownBy(server));
    }
    isDone = true;
    await Promise.all(load);
    expect(seen.size).toBe(10);
  });

  it.each<[string, () => Promise<TestPair>, RegExp]>([
    [
      'does not match its key',
      async () => ({ cert: (await setup.authority.issue()).cert, key: setup.pair.key }),
      /^tls\.key: server\.key: does not belong to the certificate in server\.crt/,
    ],
    [
      'is no PEM',
      async () => ({ cert: 'none', key: setup.pair.key }),
      /^tls\.certificate: server\.crt: has no/,
    ],
    ['has expired', () => setup.authority.issue({ days: -1 }), /^tls\.certificate: server\.crt: expired on/],
  ])('That %s is refused, and the one in use stays', async (_, make, reason) => {
    const server = await start();
    const before = await shownBy(server);
    expect(await replace(server, await make())).toBe(false);
    expect(await shownBy(server)).toBe(before);
    const { refused } = server.certificate.status();
    expect(refused?.reason).toMatch(reason);
    expect(errorsOf(server)).toEqual([
      ['error', { reason: refused?.reason }, 'the certificate was rejected; the previous one stays in use'],
    ]);
    // The same fault is told once.
    expect(await server.certificate.reload(server.config)).toBe(false);
    expect(errorsOf(server)).toHaveLength(1);
    expect(await replace(server, await setup.authority.issue({ name: 'repaired' }))).toBe(true);
    expect(server.certificate.status()).toMatchObject({ subject: 'CN=repaired', refused: undefined });
  });

  it('That is the same again changes nothing', async () => {
    const server = await start();
    expect(await server.certificate.reload(server.config)).toBe(false);
    expect(errorsOf(server)).toEqual([]);
  });

  it('Takes a newer minimum over', async () => {
    const server = await start();
    expect(await server.certificate.reload({ ...server.config, minimum: 'TLSv1.3' })).toBe(true);
    const old = await new Promise((resolve) => {
      connect({
        host: '127.0.0.1',
        port: Number(new URL(server.url).port),
        ca: setup.authority.cert,
        maxVersion: 'TLSv1.2',
      })
        .on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
        .on('secureConnect', () => resolve('connected'));
    });
    expect(old).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
  });

  it.each<[Partial<TlsConfig> | undefined, string]>([
    [{ http2: 'off' }, 'tls.http2: cannot change from on to off while the process runs; restart it'],
    [{ clientCertificate: 'require' }, 'tls.clientCertificate: cannot change from off to require'],
    [undefined, 'tls: cannot be turned off while the process runs; restart it'],
  ])('Does not pretend that %j is in use before a restart', async (change, reason) => {
    const server = await start();
    await server.certificate.reload(change && { ...server.config, ...change });
    expect(server.certificate.status().refused?.reason).toContain(reason);
  });
});

describe('The status of a certificate', () => {
  it('Has its subject, its issuer, and the days left', async () => {
    const server = await start();
    const { subject, issuer, daysLeft, validUntil } = server.certificate.status();
    expect([subject, issuer, daysLeft]).toEqual(['CN=localhost', 'CN=Test CA', 89]);
    expect(server.certificate.status(Date.parse(validUntil) + 1).daysLeft).toBe(-1);
  });

  it('Has no key', async () => {
    const server = await start();
    expect(JSON.stringify(server.certificate.status())).not.toMatch(/BEGIN|PRIVATE/);
  });
});

describe('A start with files that cannot be used', () => {
  it('Ends with one line', async () => {
    const { cert } = await (await createAuthority()).issue();
    const files = await setup.folder.writePair('bad', { cert, key: setup.pair.key });
    const config = {
      ...files,
      clientCa: undefined,
      clientCertificate: 'off',
      minimum: 'TLSv1.2',
      http2: 'on',
    } as const;
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    await expect(ServerCertificate.load(config, log)).rejects.toMatchObject({
      name: 'ConfigError',
      faults: [
        expect.stringMatching(/^tls\.key: .*bad\.key: does not belong to the certificate in .*bad\.crt/),
      ],
    });
  });
});
