import { expect, it } from '@jest/globals';
import request from 'supertest';
import { pagesApp } from '../../../support/pages-app.ts';

it('The gateway is alive and ready when services fail, and its health reports the failures', async () => {
  const app = pagesApp();
  const { body: live, type } = await request(app).get('/health/live').expect(200);
  const { body: ready } = await request(app).get('/health/ready').expect(200);
  const { body: health } = await request(app).get('/health').expect(200);

  expect(type).toBe('application/health+json');
  expect([live, ready]).toEqual([{ status: 'pass' }, { status: 'pass' }]);
  expect(health).toMatchObject({ status: 'warn', serviceId: 'gateway', links: { about: '/status' } });
  expect(health.checks).toMatchObject({
    'orders:breaker': [{ status: 'warn', observedValue: 'open' }],
    'orders:instance': [{ componentId: '1', status: 'warn', observedValue: 'ejected' }],
    'orders:responseTime': [{ status: 'pass', observedValue: 3.21, observedUnit: 'ms' }],
    'consumers:breaker': [{ status: 'pass', observedValue: 'closed' }],
    'consumers:instance': [{ componentId: '1', status: 'pass', observedValue: 'working' }],
  });
});

it('The gateway is alive but not ready while it drains', async () => {
  const app = pagesApp({ isDraining: () => true });

  await request(app).get('/health/live').expect(200);
  for (const path of ['/health/ready', '/health']) {
    const { body, headers } = await request(app).get(path).expect(503);
    expect(body).toMatchObject({ status: 'fail', output: 'draining' });
    expect(headers['cache-control']).toBe('no-store');
  }
});
