import { Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { download } from '../../src/outbound/download.ts';
import { startUpstream } from '../support/upstream.ts';

const MEGABYTE = Buffer.alloc(1024 ** 2, 'x');

it('A download reads no more of a document than its size limit', async () => {
  const endless = function* () {
    for (;;) yield MEGABYTE;
  };
  const upstream = await startUpstream((_req, res) => {
    const body = Readable.from(endless());
    res.on('close', () => body.destroy());
    body.pipe(res);
  });
  await expect(download(`${upstream.url}/endless`)).rejects.toThrow(/larger than 67108864 bytes/);
  await upstream.stop();
});

it('A download decodes characters that arrive in several chunks', async () => {
  const [text, bytes] = ['\uFEFFé€', Buffer.from('\uFEFFé€')];
  const upstream = await startUpstream((_req, res) =>
    Readable.from([...bytes].map((byte) => Buffer.of(byte))).pipe(res),
  );
  expect((await download(`${upstream.url}/x`))?.text).toBe(text.slice(1));
  await upstream.stop();
});

it.each([301, 302, 303, 307, 308])(
  'A download follows a redirect (%d) on the same server, and no more than three',
  async (status) => {
    const upstream = await startUpstream((req, res) => {
      const hops = Number(req.url?.slice(1));
      if (hops === 0) res.end('found');
      else res.writeHead(status, { Location: `/${hops - 1}` }).end();
    });
    expect((await download(`${upstream.url}/3`))?.text).toBe('found');
    await expect(download(`${upstream.url}/4`)).rejects.toThrow(/redirects more than 3 times/);
    await upstream.stop();
  },
);

it.each(['http://127.0.0.1:1/x', '//127.0.0.1:1/x', 'file:///etc/hostname', 'data:text/plain,x', 'http://['])(
  'A download follows no redirect to another server: %s',
  async (location) => {
    const upstream = await startUpstream((_req, res) => res.writeHead(302, { Location: location }).end());
    await expect(download(`${upstream.url}/x`)).rejects.toThrow(/redirects to another server/);
    await upstream.stop();
  },
);

it('A download reports bytes as they arrive, and ends when its reader rejects them', async () => {
  const upstream = await startUpstream((_req, res) => res.end('x'.repeat(1000)));
  let bytes = 0;
  await download(`${upstream.url}/x`, { onBytes: (more) => (bytes += more) });
  expect(bytes).toBe(1000);
  const onBytes = () => {
    throw new Error('too much');
  };
  await expect(download(`${upstream.url}/x`, { onBytes })).rejects.toThrow(/too much/);
  await upstream.stop();
});
