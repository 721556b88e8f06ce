import { Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { download } from '../../src/outbound/download.ts';
import { startUpstream } from '../support/upstream.ts';

const MEGABYTE = Buffer.alloc(1024 ** 2, 'x');

it('reads no more of a document than it may hold', async () => {
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

it('has characters whole that came in pieces', async () => {
  const [text, bytes] = ['\uFEFFé€', Buffer.from('\uFEFFé€')];
  const upstream = await startUpstream((_req, res) =>
    Readable.from([...bytes].map((byte) => Buffer.of(byte))).pipe(res),
  );
  expect((await download(`${upstream.url}/x`))?.text).toBe(text.slice(1));
  await upstream.stop();
});
