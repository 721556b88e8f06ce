/** The log and the statistics of a cache. */
import { expect, it } from '@jest/globals';
import { Cache } from '../../../src/outbound/http-cache/cache.ts';
import { passSeconds, respondWith, startCachedGateway } from '../../support/cached.ts';

it('Each line of the log says what the cache did, as the statistics count it', async () => {
  const cache = new Cache();
  const { ask, upstream, log } = await startCachedGateway({ sharedCache: cache });
  upstream.respond = respondWith(({ headers }) =>
    headers['if-none-match'] === undefined
      ? { headers: { 'Cache-Control': 'max-age=10', ETag: '"1"' }, body: 'one' }
      : { status: 304 },
  );
  await ask();
  await ask();
  passSeconds(20);
  await ask();
  await upstream.stop();
  passSeconds(20);
  await ask();
  await ask({ method: 'PUT' });
  expect(log.written.map((line) => JSON.parse(line).cache)).toEqual([
    'miss',
    'hit',
    'revalidated',
    'stale',
    undefined,
  ]);
  const { bytes, ...counts } = cache.snapshot('things');
  expect(counts).toEqual({ misses: 1, hits: 1, revalidated: 1, stale: 1, shared: 0, entries: 1 });
  expect(bytes).toBeGreaterThan(3);
  await upstream.start();
});

it('The log line of a service without a cache does not mention one', async () => {
  const { ask, upstream, log } = await startCachedGateway({ cache: 'off' });
  upstream.respond = respondWith(() => ({ headers: { 'Cache-Control': 'max-age=60' } }));
  await ask();
  const { headers } = await ask();
  expect(headers).not.toHaveProperty('cache-status');
  expect(JSON.parse(log.written.at(-1) ?? '')).not.toHaveProperty('cache');
  expect(upstream.requests).toHaveLength(2);
});

it('Many resources never take more space than the configured size', async () => {
  const cache = new Cache();
  const { ask, upstream } = await startCachedGateway({
    sharedCache: cache,
    config: 'cache: { size: 64kb, entry: 16kb }',
  });
  upstream.respond = respondWith(() => ({
    headers: { 'Cache-Control': 'max-age=60' },
    body: 'x'.repeat(9000),
  }));
  for (let id = 0; id < 40; id++) {
    await ask({ path: `/items/${id}` });
    expect(cache.snapshot('things').bytes).toBeLessThanOrEqual(64 * 1024);
  }
  expect(cache.snapshot('things').entries).toBeGreaterThan(3);
});

it('A response that was stored for another document or another service is never used', async () => {
  const keeps = new Cache();
  const first = await startCachedGateway({ sharedCache: keeps });
  const { upstream } = first;
  upstream.respond = respondWith(() => ({ headers: { 'Cache-Control': 'max-age=60' } }));
  /** The address that clients use for every gateway. */
  const host = { headers: { host: 'api.example' } };
  await first.ask(host);
  const env = { THINGS_URL: upstream.url };
  const same = await startCachedGateway({ sharedCache: keeps, env });
  expect((await same.ask(host)).headers['cache-status']).toMatch(/^linkway; hit/);
  const renewed = await startCachedGateway({ sharedCache: keeps, env, components: { schemas: { New: {} } } });
  expect((await renewed.ask(host)).headers['cache-status']).toMatch(/^linkway; fwd=uri-miss/);
  const moved = await startCachedGateway({ sharedCache: keeps });
  expect((await moved.ask(host)).headers['cache-status']).toMatch(/^linkway; fwd=uri-miss/);
});
