import { describe, expect, it } from '@jest/globals';
import { Router } from 'express';
import request from 'supertest';
import { document, startGateway } from '../../support/gateway.ts';

const orders = document({
  '/orders': { get: { operationId: 'listOrders' }, post: { operationId: 'placeOrder' } },
  '/orders/{order-id}': { get: {}, delete: {} },
  '/orders/latest': { get: {} },
  '/orders/{id}/invoice.{format}': { get: {} },
  '/orders/{id}/total(currency={code})': { get: {} },
});
const consumers = document({ '/consumers/{id}': { get: {} }, '/orders/{id}': { patch: {} } });

const start = async () => {
  const gateway = await startGateway({ orders, consumers });
  for (const [name, upstream] of Object.entries(gateway.services)) {
    upstream.respond = (req, res) => res.end(`${name} ${req.method} ${req.url}`);
  }
  return gateway;
};

describe('Routes', () => {
  it.each([
    ['/orders', 'orders'],
    ['/orders/o1', 'orders'],
    ['/orders/latest', 'orders'],
    ['/orders/a%2Fb%20c', 'orders'],
    ['/orders/o1/invoice.pdf', 'orders'],
    ['/orders/o1/total(currency=EUR)', 'orders'],
    ['/consumers/c1', 'consumers'],
    [`/consumers/${'x'.repeat(2000)}`, 'consumers'],
  ])('GET %s is forwarded unchanged to %s', async (path, service) => {
    const { url } = await start();
    const { text } = await request(url).get(path);
    expect(text).toBe(`${service} GET ${path}`);
  });

  it('Two services can share a path with different methods', async () => {
    const { url } = await start();
    expect((await request(url).patch('/orders/o1')).text).toBe('consumers PATCH /orders/o1');
    const { headers } = await request(url).put('/orders/o1');
    expect(headers.allow?.split(', ').sort()).toEqual(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH']);
  });

  it.each(['/nothing', '/orders/', '/orders/o1/x', '/orders/o1/invoice.', '/'])(
    'The path %s is 404',
    async (path) => {
      const { url } = await start();
      const { status, headers, body } = await request(url).get(path).set('X-Request-Id', 'r1');
      expect([status, body.type, body.requestId]).toEqual([404, '/problems/not-found', 'r1']);
      expect(headers).toMatchObject({
        'content-type': 'application/problem+json',
        'x-content-type-options': 'nosniff',
        'x-request-id': 'r1',
      });
      expect(headers['x-powered-by']).toBeUndefined();
    },
  );

  it('A 405 response has the allowed methods', async () => {
    const { url } = await start();
    const { status, headers, body } = await request(url).delete('/orders');
    expect([status, headers.allow, body.type]).toEqual([
      405,
      'GET, POST, HEAD, OPTIONS',
      '/problems/method-not-allowed',
    ]);
  });

  it('OPTIONS has the allowed methods', async () => {
    const { url } = await start();
    const { status, headers, text } = await request(url).options('/orders/o1');
    expect([status, headers.allow, text]).toEqual([204, 'GET, DELETE, PATCH, HEAD, OPTIONS', '']);
  });

  it('HEAD is forwarded like GET', async () => {
    const gateway = await start();
    const { status } = await request(gateway.url).head('/orders');
    expect([status, gateway.services.orders?.requests[0]?.method]).toEqual([200, 'HEAD']);
  });

  it.each(['/orders/%ff', '/orders/%', '/%zz'])('Invalid percent-encoding in %s is 400', async (path) => {
    const { url } = await start();
    const response = await fetch(url + path);
    const body = JSON.parse(await response.text());
    expect([response.status, body.type]).toEqual([400, '/problems/bad-request']);
  });

  it('A document with a reserved path or a path of another service is rejected', async () => {
    await expect(startGateway({ orders: document({ '/docs/x': { get: {} } }) })).rejects.toThrow(
      /^orders: \/docs\/x .*\/docs is reserved by the gateway/,
    );
    const a = document({ '/x/{a}': { get: {} } });
    const b = document({ '/x/{b}': { get: {} } });
    await expect(startGateway({ a, b })).rejects.toThrow(
      /^GET \/x\/\{b\} is in the documents of both a \(as \/x\/\{a\}\) and b/,
    );
  });

  it('Only reserved paths are served by the pages', async () => {
    const pages = Router().use((_req, res) => void res.end('page'));
    const { url } = await startGateway({ orders }, { pages });
    expect((await request(url).get('/docs/x')).text).toBe('page');
    expect((await request(url).get('/')).text).toBe('page');
    expect((await request(url).get('/orders')).text).toBe('ok');
  });
});
