/** Many uploads at once do not take more memory than `limits.bodies`. */
import { describe, expect, it } from '@jest/globals';
import { HeldBodies } from '../../src/http/body/held-bodies.ts';
import { eventually } from '../support/eventually.ts';
import { document, startGateway } from '../support/gateway.ts';
import { rawClient, statusesOf } from '../support/raw-client.ts';

const content = { 'application/json': { schema: { type: 'string' } }, 'application/octet-stream': {} };
const paths = { '/x': { get: {}, post: { requestBody: { content } } } };

const KB = 1024;
const LIMIT = 100 * KB;

/** Records the most that was held. */
class WatchedBodies extends HeldBodies {
  most = 0;
  override resize(...change: Parameters<HeldBodies['resize']>): boolean {
    const fits = super.resize(...change);
    this.most = Math.max(this.most, this.bytes);
    return fits;
  }
}

const start = async () => {
  const heldBodies = new WatchedBodies();
  const config = `limits: { bodies: ${LIMIT}, body: 50kb, slow: { over: 2s } }`;
  const gateway = await startGateway({ files: document(paths) }, { config, heldBodies });
  const { files } = gateway.services;
  if (!files) throw new Error('there is one');
  files.respond = async (req, res) => {
    await req.toArray().catch(() => []);
    res.end('ok');
  };
  return { ...gateway, files, heldBodies };
};

const json = JSON.stringify('x'.repeat(40 * KB));
const head = (length: number, type = 'application/json') =>
  `POST /x HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`;

describe.each(['application/json', 'application/octet-stream'])('Uploads of %s', (type) => {
  it('Of many uploads some get 503, their connections stay usable, and later uploads succeed', async () => {
    const { url, heldBodies } = await start();
    const [most, rest] = [json.slice(0, -10), json.slice(-10)];
    const clients = Array.from({ length: 20 }, () => rawClient(url, head(json.length, type) + most));
    const refused = () => clients.filter(({ received }) => statusesOf(received()).length > 0);
    // Two uploads fit.
    await eventually('all others are refused', () => refused().length >= 18);
    for (const { received } of refused())
      expect(received()).toMatch(
        / 503 (?:.*\r\n)*Retry-After: 1\r\n(?:.*\r\n)*\r\n.*\/problems\/overloaded/i,
      );
    const held = clients.filter((client) => !refused().includes(client));
    expect(held.length).toBeGreaterThan(0);
    for (const { socket } of clients) socket.write(`${rest}GET /x HTTP/1.1\r\nHost: x\r\n\r\n`);
    for (const client of clients) {
      const text = await client.until((all) => statusesOf(all).length === 2);
      expect(statusesOf(text)).toEqual([held.includes(client) ? 200 : 503, 200]);
      client.socket.destroy();
    }
    expect(heldBodies.most).toBeLessThanOrEqual(LIMIT);
    await eventually('all memory is given back', () => heldBodies.bytes === 0);
    for (let again = 0; again < 3; again++) {
      const headers = { 'Content-Type': type };
      expect((await fetch(`${url}/x`, { method: 'POST', headers, body: json })).status).toBe(200);
    }
  });
});

describe('Memory is given back', () => {
  it.each([
    ['after the response', head(json.length) + json, [200]],
    ['after a body that is invalid', `${head(3)}{}}`, [400]],
    ['after a body that is too large', `${head(60 * KB)}${'x'.repeat(60 * KB)}`, [413]],
    ['after a body that arrives too slowly', `${head(1000)}"x`, [408]],
    [
      'after a chunked body that is too large',
      `POST /x HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nf000\r\n${'x'.repeat(0xf000)}\r\n0\r\n\r\n`,
      [413],
    ],
  ])('Memory is given back %s', async (_, bytes, statuses) => {
    const { url, heldBodies } = await start();
    const client = rawClient(url, bytes);
    expect(statusesOf(await client.until((all) => statusesOf(all).length > 0))).toEqual(statuses);
    await eventually('all memory is given back', () => heldBodies.bytes === 0);
    client.socket.destroy();
  });

  it('Memory is given back when the client disconnects, also for pipelined requests', async () => {
    const { url, files, heldBodies } = await start();
    files.respond = () => {};
    const partial = rawClient(url, head(1000) + '"x'.repeat(50));
    const pipelined = rawClient(url, (head(json.length) + json).repeat(2));
    await eventually('all bodies are held', () => heldBodies.bytes === 2 * json.length + 100);
    for (const { socket } of [partial, pipelined]) socket.destroy();
    await eventually('all memory is given back', () => heldBodies.bytes === 0);
  });
});
