import { expect, it } from '@jest/globals';
import request from 'supertest';
import { pagesApp } from '../../support/pages-app.ts';

it('is alive whatever the services are', async () => {
  const { body, type } = await request(pagesApp({ ready: () => false }))
    .get('/health/live')
    .expect(200);

  expect(type).toBe('application/health+json');
  expect(body).toEqual({ status: 'pass' });
});

it('is ready with a warning while a service is not well, and not ready while it drains', async () => {
  let ready = true;
  const app = pagesApp({ ready: () => ready });

  const warned = await request(app).get('/health/ready').expect(200);
  expect(warned.body.status).toBe('warn');
  expect(warned.body.checks['orders:breaker'][0]).toMatchObject({ observedValue: 'open', status: 'warn' });

  ready = false;
  const draining = await request(app).get('/health/ready').expect(503);
  expect(draining.body.status).toBe('fail');
  expect(draining.headers['cache-control']).toBe('no-store');
});
