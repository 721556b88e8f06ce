import { once } from 'node:events';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { type AccessRecord, accessLog } from '../../src/http/access-log.ts';
import { contextOf } from '../../src/http/context.ts';
import { serveHealth } from '../../src/http/health.ts';
import { identify } from '../../src/http/identify.ts';

const serve = () => {
  const lines: string[] = [];
  const records: AccessRecord[] = [];
  const app = express()
    .use(
      identify(),
      accessLog({ lines: { write: (line) => lines.push(line) }, onRequest: (r) => records.push(r) }),
    )
    .use((req, res, next) => {
      if (req.path.startsWith('/health')) return next();
      Object.assign(contextOf(req), { service: 'orders', operationId: 'getOrder' });
      if (req.path === '/gone') req.socket.destroy();
      else res.status(201).send('0123456789');
    });
  return { app, lines, records };
};

describe('Access log', () => {
  it('Each request has one JSON line without the query', async () => {
    const { app, lines } = serve();
    await request(app).get('/orders/%22?token=secret').set('X-Request-Id', 'r-1');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    expect(lines[0]).not.toContain('secret');
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      level: 30,
      method: 'GET',
      path: '/orders/%22',
      status: 201,
      ms: expect.any(Number),
      bytes: expect.any(Number),
      service: 'orders',
      operationId: 'getOrder',
      requestId: 'r-1',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(JSON.parse(lines[0] ?? '').bytes).toBeGreaterThan(10);
  });

  it.each([
    ['http://me:s3cret@api.example/orders', 'http://api.example/orders'],
    ['http://me:s3cret@api.example', 'http://api.example'],
    ['http://api.example/a@b', 'http://api.example/a@b'],
    ['/orders#access_token=s3cret', '/orders'],
    ['/orders?a=1#access_token=s3cret', '/orders'],
    ['/a@b', '/a@b'],
  ])('The target %p is logged as %p', async (target, path) => {
    const { app, lines } = serve();
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const sent = get({ host: '127.0.0.1', port, path: target });
    const [response] = await once(sent, 'response');
    await response.resume().toArray();
    server.close();
    await once(server, 'close');
    expect(JSON.parse(lines[0] ?? '').path).toBe(path);
  });

  it('Successful health checks have no line', async () => {
    const { app, lines, records } = serve();
    let isDraining = false;
    const about = { serviceId: 'a', description: 'A.', version: '1.0.0', links: {} };
    const router = express.Router();
    serveHealth(router, { ...about, isDraining: () => isDraining, checks: () => ({}) });
    app.use(router);
    await request(app).get('/health/ready').expect(200);
    await request(app).get('/health').expect(200);
    expect([lines.length, records.length]).toEqual([0, 2]);
    isDraining = true;
    await request(app).get('/health/ready').expect(503);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ path: '/health/ready', status: 503 });
  });

  it('The metrics hook gets the same record', async () => {
    const { app, records } = serve();
    await request(app).post('/orders');
    expect(records).toEqual([expect.objectContaining({ method: 'POST', path: '/orders', status: 201 })]);
  });

  it('A client that disconnects before the response is logged with status 499', async () => {
    const { app, records } = serve();
    await expect(request(app).get('/gone')).rejects.toThrow();
    expect(records[0]?.status).toBe(499);
  });
});
