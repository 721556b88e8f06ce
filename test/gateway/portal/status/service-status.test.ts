import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { document, startGateway } from '../../../support/gateway.ts';
import { pagesApp, sampleServices } from '../../../support/pages-app.ts';

const path = '/status/services/orders';

describe('The status of a service', () => {
  it('The status of a service in HAL has the latest failures and the next attempt', async () => {
    const { body, headers } = await request(pagesApp()).get(path).expect(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(body).toMatchObject({
      _links: {
        self: { href: path },
        up: { href: '/status' },
        monitor: { href: path, type: 'text/event-stream' },
        'service-desc': { href: '/openapi/orders.json' },
      },
      breaker: 'open',
      retryAt: '2030-01-02T03:04:10.000Z',
      recentFailures: [{ reason: 'no response in time', operationId: 'listOrders' }],
      operations: expect.arrayContaining([expect.objectContaining({ method: 'GET', path: '/orders' })]),
    });
    expect(JSON.stringify(body)).not.toContain('10.1.2.3');
  });

  it('The status of a service is an HTML page', async () => {
    const { text } = await request(pagesApp()).get(path).set('Accept', 'text/html').expect(200);
    expect(text).toContain('paused after failures');
    expect(text).toContain(
      'the next attempt is at <time datetime="2030-01-02T03:04:10.000Z">03:04:10 UTC</time>',
    );
    expect(text).toContain('<code>listOrders</code>: no response in time');
    expect(text).toContain('<code>exportOrders</code>: <span class="state half-open">');
    expect(text).toContain('<code>POST /orders</code> Place an order');
  });

  it('Repeated failures are one line', async () => {
    const failure = (second: number, reason: string) => ({
      at: `2030-01-02T03:04:0${second}.000Z`,
      reason,
      operationId: 'listOrders',
    });
    const recentFailures = [
      failure(4, 'refused'),
      failure(3, 'refused'),
      failure(2, 'half'),
      failure(1, 'refused'),
    ];
    const quiet = { inFlight: 0, queued: 0, requests: 4, failures: 4, retries: 0, retriesRefused: 0 };
    const known = { droppedLinks: 0, faults: [], hasContract: true, instances: [] };
    const app = pagesApp({
      status: () => [{ name: 'orders', breaker: 'closed', ...quiet, ...known, recentFailures }],
    });
    const { text } = await request(app).get(path).set('Accept', 'text/html').expect(200);
    const lines = [...text.matchAll(/>(03:04:\d\d) UTC<\/time> <code>listOrders<\/code>: (.*?)<\/li>/g)];
    expect(lines.map(([, at, what]) => [at, what])).toEqual([
      ['03:04:04', 'refused <small>× 2</small>'],
      ['03:04:02', 'half'],
      ['03:04:01', 'refused'],
    ]);
  });

  it('The status of a service with a cache has cache figures', async () => {
    const cache = { hits: 41, misses: 7, stale: 3, revalidated: 2, shared: 1, entries: 5, bytes: 4096 };
    const quiet = { inFlight: 0, queued: 0, requests: 0, failures: 0, retries: 0, retriesRefused: 0 };
    const known = { recentFailures: [], droppedLinks: 0, faults: [], hasContract: true, instances: [] };
    const app = pagesApp({
      status: () => [{ name: 'orders', breaker: 'closed', ...quiet, ...known, cache }],
    });
    const { body } = await request(app).get(path).expect(200);
    expect(body.cache).toEqual(cache);
    const { text } = await request(app).get(path).set('Accept', 'text/html').expect(200);
    expect(text).toContain('<dt>Served from the cache</dt><dd>41</dd>');
    expect(text).toContain('<dt>Served stale</dt><dd>3</dd>');
  });

  it('The status of a service shows the dependencies that its health check reports', async () => {
    const quiet = { inFlight: 0, queued: 0, requests: 0, failures: 0, retries: 0, retriesRefused: 0 };
    const known = { recentFailures: [], droppedLinks: 0, faults: [], hasContract: true, instances: [] };
    const dependencies = [{ name: 'consumers', status: 'warn', responseTime: 3.21 }] as const;
    const status = () => [
      { name: 'orders', breaker: 'closed' as const, ...quiet, ...known, dependencies },
      { name: 'consumers', breaker: 'closed' as const, ...quiet, ...known },
    ];
    const app = pagesApp({ status });
    expect((await request(app).get(path)).body.dependencies).toEqual(dependencies);
    expect((await request(app).get('/status/services/consumers')).body).not.toHaveProperty('dependencies');
    const page = async (at: string) => (await request(app).get(at).set('Accept', 'text/html')).text;
    expect(await page(path)).toContain(
      '<a href="/status/services/consumers">consumers</a>: <span class="state half-open">degraded, 3.2 ms</span>',
    );
    const all = await page('/status');
    expect(all).toContain('<title>orders calls consumers: degraded, 3.2 ms</title>');
    expect(all).toContain('<small>calls consumers: degraded, 3.2 ms</small>');
    expect(all).toContain('service-to-service calls');
    expect(await page('/status/services/consumers')).not.toContain('Services that it calls');
  });

  it('The status page links to the status of each service', async () => {
    const { body } = await request(pagesApp()).get('/status');
    expect(body.services[0]._links.self.href).toBe(path);
    const { text } = await request(pagesApp()).get('/status').set('Accept', 'text/html');
    expect(text).toContain(`<a href="${path}">orders</a>`);
  });

  it('The status of a service names the resources that embed its resources', async () => {
    const [orders, consumers] = structuredClone(sampleServices);
    const links = {
      consumer: { operationId: 'getConsumer', parameters: { consumerId: '$response.body#/consumerId' } },
    };
    const get = orders?.document.paths?.['/orders/{orderId}']?.get;
    const response = get?.responses?.['200'] as Record<string, unknown>;
    response.links = links;
    response.content = {
      'application/json': {
        schema: { type: 'object', title: 'Order', properties: { consumerId: { type: 'string' } } },
      },
    };
    const services = [orders, consumers].flatMap((one) => (one ? [one] : []));
    const { body } = await request(pagesApp({ services })).get('/status/services/consumers');
    expect(body.embeds).toEqual([{ service: 'orders', from: expect.any(String), rel: 'consumer' }]);
  });

  it('The status of an unknown service is 404', async () => {
    await request(pagesApp()).get('/status/services/nowhere').expect(404);
    await request(pagesApp()).get('/status/services/%00').expect(404);
  });
});

describe('A failing service', () => {
  const ok = { responses: { 200: { description: '' } } };

  it('Problems of a failing service link to its status', async () => {
    const { url, services } = await startGateway({ shop: document({ '/a': { get: ok } }) });
    if (services.shop) services.shop.respond = (_req, res) => res.destroy();
    const { body, status } = await request(url).get('/a').set('X-Request-Id', 'abc');
    expect([status, body._links.status, body.service]).toEqual([
      502,
      { href: '/status/services/shop' },
      'shop',
    ]);
  });
});
