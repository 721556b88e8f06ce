/** `responses: observe`: clients notice nothing, and `/status` shows deviations from the document. */
import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { request as call } from 'undici';
import { eventually } from '../../support/eventually.ts';
import { json, sends, startShop } from '../../support/shop.ts';

const good = { id: 'a', price: 1 };
const HEAD = { 'Content-Type': 'application/json', 'X-Rate': '7' };
type Shop = Awaited<ReturnType<typeof startShop>>;

/** Waits until all responses so far were checked, which may happen after they were sent. */
async function settled(shop: Shop, count: number) {
  const look = async () => (await shop.drift()).operations[0];
  const seen = async () => {
    const { checked = 0, unverified = 0 } = (await look()) ?? {};
    return checked + unverified;
  };
  await eventually(`${count} responses are checked`, async () => (await seen()) >= count);
  return look();
}

describe('An observed response', () => {
  const cut: RequestListener = (_req, res) => {
    res.writeHead(200, { ...HEAD, 'Content-Length': '1000000' }).write('{');
    setImmediate(() => res.destroy());
  };
  const pieces: RequestListener = (_req, res) => {
    res.writeHead(200, HEAD).write('{"id":');
    setImmediate(() => res.end('"a"}'));
  };
  it.each<[string, RequestListener, 'drifted' | 'unverified' | 'fine']>([
    ['as it should be', json(good), 'fine'],
    ['with an undeclared status', sends(418, { 'X-Own': '1' }, 'x'), 'drifted'],
    ['in pieces', pieces, 'drifted'],
    ['truncated JSON', sends(200, HEAD, '{"id":'), 'drifted'],
    ['nothing', sends(200, HEAD), 'drifted'],
    [
      'not in its declared encoding',
      sends(200, { ...HEAD, 'Content-Encoding': 'gzip' }, 'rubbish'),
      'drifted',
    ],
    ['compressed', sends(200, { ...HEAD, 'Content-Encoding': 'gzip' }, gzipSync('{}')), 'drifted'],
    ['huge', json({ id: 'x'.repeat(3_000_000) }), 'unverified'],
    ['deep', sends(200, HEAD, '['.repeat(500_000)), 'drifted'],
    ['truncated', cut, 'unverified'],
  ])('An observed response that is %s is unchanged', async (_, respond, expected) => {
    const seen = [];
    for (const service of ['responses: off', 'responses: observe, sample: 1']) {
      const shop = await startShop(service);
      shop.respondWith((req, res) => {
        res.setHeader('Date', 'Thu, 01 Jan 2026 00:00:00 GMT');
        respond(req, res);
      });
      const { statusCode, headers, body } = await call(`${shop.url}/items/a`, {
        headers: { 'x-request-id': 'r1', traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` },
      });
      const bytes = await body.arrayBuffer().then(
        (buffer) => Buffer.from(buffer).toString('base64'),
        () => 'broken off',
      );
      seen.push({ statusCode, headers: { ...headers, 'x-request-id': '' }, bytes });
      if (service === 'responses: off') expect(await shop.drift()).toBeUndefined();
      else
        expect(await settled(shop, 1)).toMatchObject({
          operationId: 'getItem',
          checked: expected === 'unverified' ? 0 : 1,
          drifted: expected === 'drifted' ? 1 : 0,
          unverified: expected === 'unverified' ? 1 : 0,
        });
    }
    expect(seen[1]).toEqual(seen[0]);
  });

  it('The sample selects the first response and then regular ones', async () => {
    const shop = await startShop('responses: observe, sample: 0.25');
    shop.respondWith(json(good));
    const counts = [];
    for (let count = 0; count < 9; count++) {
      await shop.get('/items/a').expect(200);
      counts.push((await settled(shop, 1))?.checked);
    }
    expect(counts).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3]);
    const none = await startShop('responses: observe, sample: 0');
    none.respondWith(json({}));
    await none.get('/items/a').expect(200);
    expect((await none.drift()).operations).toEqual([]);
  });
});

describe('/status', () => {
  it('/status shows the faults of each operation with their counts, without values', async () => {
    const shop = await startShop('responses: observe, sample: 1');
    const responses = [
      json({ items: [{ id: 'private', price: 'private' }, good] }),
      json({ items: [good, good, { ...good, price: 'private' }] }),
      sends(500, { 'Content-Type': 'text/html' }, 'private'),
      json({ items: [] }),
    ];
    for (const [index, respond] of responses.entries()) {
      shop.respondWith(respond);
      await shop.get('/items');
      await settled(shop, index + 1);
    }
    const { mode, sample, operations } = await shop.drift();
    expect([mode, sample]).toEqual(['observe', 1]);
    expect(operations).toMatchObject([
      {
        operationId: 'listItems',
        checked: 4,
        drifted: 3,
        unverified: 0,
        why: { body: 2, status: 1 },
        faults: [
          { kind: 'status', detail: '500 is not declared; the contract declares 200, 4XX', count: 1 },
          { kind: 'body', pointer: '#/items/2/price', detail: 'must be integer', count: 2 },
        ],
      },
    ]);
    const page = await shop.page();
    expect(page).toContain('<th scope="row">shop listItems</th>');
    expect(page).toContain('<code>#/items/2/price</code> must be integer <small>× 2</small>');
    expect(page + JSON.stringify(operations)).not.toContain('private');
  });

  it('/status keeps the latest faults of an operation, and the log is limited', async () => {
    const shop = await startShop('responses: observe, sample: 1');
    for (let status = 430; status < 470; status++) {
      shop.respondWith(sends(status, {}));
      await shop.get('/items/a').expect(status);
      await settled(shop, status - 429);
    }
    const [operation] = (await shop.drift()).operations;
    expect(operation?.why).toEqual({ status: 40 });
    expect(operation?.faults.map(({ detail }) => detail.slice(0, 3))).toEqual([
      '469',
      '468',
      '467',
      '466',
      '465',
    ]);
    expect(shop.log.warnings).toHaveLength(20);
    expect(shop.log.warnings[0]).toMatchObject({ service: 'shop', operationId: 'getItem', kind: 'status' });
  });

  it('The number of copies is limited, and skipped responses are counted', async () => {
    const shop = await startShop('responses: observe, sample: 1');
    const waiting: (() => void)[] = [];
    shop.respondWith((_req, res) => {
      res.writeHead(200, HEAD).write('{"id":"a",');
      waiting.push(() => res.end('"price":1}'));
    });
    const bodies = await Promise.all(
      Array.from({ length: 20 }, async () => (await call(`${shop.url}/items/a`)).body),
    );
    expect(await settled(shop, 4)).toMatchObject({ checked: 0, unverified: 4 });
    for (const end of waiting) end();
    for (const body of bodies) expect(await body.json()).toEqual(good);
    expect(await settled(shop, 20)).toMatchObject({ checked: 16, drifted: 0, unverified: 4 });
  });
});
