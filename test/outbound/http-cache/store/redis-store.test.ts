/** Gateways that share a Redis store, also while its server is down. */
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { respondWith, startCachedGateway } from '../../../support/cached.ts';
import { itWithRedis, startRedis } from '../../../support/redis.ts';

const fresh = { headers: { 'Cache-Control': 'max-age=60' }, body: 'one\n\u0000 ü' };

/** Two gateways in front of one service. */
const startTwo = async (url: string) => {
  const first = await startCachedGateway({ env: { CACHE_URL: url } });
  const { upstream } = first;
  upstream.respond = respondWith(() => fresh);
  const second = await startCachedGateway({ env: { CACHE_URL: url, THINGS_URL: upstream.url } });
  return { first, second, upstream };
};

/** Waits until the store is connected; no response is stored before. */
const untilStored = async (ask: () => Promise<{ headers: Readonly<Record<string, string>> }>) => {
  let said: string | undefined;
  for (let tries = 0; tries < 20_000 && !said?.startsWith('linkway; hit'); tries++)
    said = (await ask()).headers['cache-status'];
  expect(said).toMatch(/^linkway; hit/);
};

itWithRedis('Gateways share their stored responses and their invalidations', async () => {
  const redis = await startRedis();
  try {
    const { first, second, upstream } = await startTwo(redis.url);
    /** The address that clients use for both gateways. */
    const headers = { host: 'api.example' };
    await untilStored(() => first.ask({ headers }));
    await untilStored(() => second.ask({ headers, path: '/y' }));
    const requestCount = upstream.requests.length;
    const given = await second.ask({ headers });
    expect(given).toMatchObject({ status: 200, body: fresh.body });
    expect(given.headers['cache-status']).toMatch(/^linkway; hit/);
    expect(upstream.requests).toHaveLength(requestCount);

    await second.ask({ method: 'PUT' });
    expect((await first.ask({ headers })).headers['cache-status']).toMatch(/^linkway; fwd=uri-miss/);
  } finally {
    await redis.stop();
  }
});

itWithRedis('A response in flight is not stored when another gateway invalidates its resource', async () => {
  const redis = await startRedis();
  try {
    const { first, second, upstream } = await startTwo(redis.url);
    const headers = { host: 'api.example' };
    await untilStored(() => first.ask({ headers, path: '/y' }));
    await untilStored(() => second.ask({ headers, path: '/y' }));
    const { respond: response } = upstream;
    const { promise: held, resolve: hold } = Promise.withResolvers<() => void>();
    upstream.respond = (req, res) =>
      req.method === 'GET' ? hold(() => response(req, res)) : response(req, res);
    const before = first.ask({ headers });
    const release = await held;
    await second.ask({ method: 'PUT', headers });
    upstream.respond = response;
    release();
    expect((await before).status).toBe(200);

    for (const gateway of [second, first]) {
      const { headers: received } = await gateway.ask({ headers });
      expect(received['cache-status']).toMatch(
        gateway === second ? /^linkway; fwd=uri-miss; stored/ : /^linkway; hit/,
      );
    }
  } finally {
    await redis.stop();
  }
});

itWithRedis('While the server is down no response is stored, and the log says why', async () => {
  const redis = await startRedis();
  const { first, upstream } = await startTwo(redis.url);
  await untilStored(first.ask);
  await redis.stop();
  const before = upstream.requests.length;
  for (let count = 0; count < 5; count++)
    expect(await first.ask()).toMatchObject({ status: 200, body: fresh.body });
  expect(upstream.requests).toHaveLength(before + 5);
  expect(first.log.warnings).toContainEqual({ reason: expect.any(String) });
});

itWithRedis('A server that stops responding delays no request', async () => {
  const redis = await startRedis();
  try {
    const { first, upstream } = await startTwo(redis.url);
    await untilStored(first.ask);
    redis.pause();
    const before = upstream.requests.length;
    for (let count = 0; count < 5; count++) expect((await first.ask()).status).toBe(200);
    expect(upstream.requests).toHaveLength(before + 5);
  } finally {
    await redis.stop();
  }
});

it.each<[string, (server: ReturnType<typeof createServer>) => Promise<void>]>([
  ['without a listening server', (server) => new Promise((resolve) => void server.close(() => resolve()))],
  ['that accepts data and never responds', () => Promise.resolve()],
])('A server %s delays no request', async (_which, prepare) => {
  const server = createServer(() => {});
  const url = await new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve(`redis://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
  await prepare(server);
  const { ask, upstream } = await startCachedGateway({ env: { CACHE_URL: url } });
  upstream.respond = respondWith(() => fresh);
  for (let count = 0; count < 5; count++)
    expect(await ask()).toMatchObject({
      status: 200,
      headers: { 'cache-status': expect.stringMatching(/fwd=uri-miss/) },
    });
  server.close();
});
