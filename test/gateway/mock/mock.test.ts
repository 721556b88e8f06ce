/** The mock server, for contracts without a service. */

import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import request from 'supertest';
import { parseGatewayConfig } from '../../../src/config/yaml/gateway-yaml.ts';
import { type StartedGateway, startGateway } from '../../../src/gateway/start.ts';
import { createLog } from '../../../src/observability/log.ts';
import { describeSamples } from '../../support/samples.ts';

const yaml = `
services:
  consumers: { document: openapi/consumers.yaml, upstream: mock }
  restaurants: { document: openapi/restaurants.yaml, upstream: mock }
  orders: { document: openapi/orders.yaml, upstream: mock }
  code: { document: test/support/documents/link-example.yaml, upstream: mock, prefix: /code }
`;

describeSamples('A mock', () => {
  let gateway: StartedGateway;
  const get = (path: string) => request(gateway.url).get(path);
  beforeAll(async () => {
    const config = parseGatewayConfig(yaml, resolve('gateway.yaml'));
    gateway = await startGateway({ config, port: 0, host: '127.0.0.1', log: createLog({ level: 'silent' }) });
  });
  afterAll(() => gateway.close());

  it('The mock server responds to a preflight with the allowed methods and allows no other origin', async () => {
    const { headers, status } = await request(gateway.url)
      .options('/orders/o-1001/cancel')
      .set({ Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST' });
    expect([status, headers.allow]).toEqual([204, 'POST, OPTIONS']);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('Clients can follow links of the mock server across services', async () => {
    const { body: entry } = await get('/').accept('application/hal+json').expect(200);
    const { body: page } = await get(entry._links.orders.href).expect(200);
    const [order] = page._embedded.item;
    const { body: whole } = await get(order._links.self.href).expect(200);
    expect(whole._links.self).toEqual(order._links.self);
    const { body: consumer } = await get(whole._links.consumer.href).expect(200);
    expect(consumer._links.self.href).toBe(whole._links.consumer.href);
  });

  it('A mock resource has the requested id and can be expanded', async () => {
    const { body } = await get('/orders/o-7?expand=consumer').expect(200);
    expect(body).toMatchObject({ id: 'o-7', _links: { self: { href: '/orders/o-7' } } });
    expect(body._embedded.consumer._links.self).toEqual(body._links.consumer);
    expect(body._expandErrors).toBeUndefined();
  });

  it('The mock server offers actions in every format', async () => {
    const forms = await get('/orders/o-7').accept('application/prs.hal-forms+json').expect(200);
    expect(forms.body._templates.cancel.target).toBe('/orders/o-7/cancel');
    expect((await get('/orders/o-7').accept('application/vnd.siren+json').expect(200)).body.class).toEqual([
      'Order',
    ]);
    expect((await get('/orders/o-7').accept('text/html').expect(200)).text).toContain('data-action="cancel"');
  });

  it('The mock server supports the preferences of the client', async () => {
    const missing = await get('/orders/o-7').set('Prefer', 'code=404, example=not-found').expect(404);
    expect(missing.body).toMatchObject({ type: '/problems/not-found', status: 404 });
    expect(missing.headers['preference-applied']).toBe('code=404, example=not-found');
  });

  it.each([
    ['code=418', 200, undefined],
    ['code=100', 200, undefined],
    ['code=404, example=x', 404, 'code=404'],
    ['example=not-found', 200, undefined],
    ['example=constructor', 200, undefined],
  ])(
    'The mock server ignores preferences that the document does not support: %s',
    async (prefer, status, applied) => {
      const { headers } = await get('/orders/o-7').set('Prefer', prefer).expect(status);
      expect(headers['preference-applied']).toBe(applied);
    },
  );

  it('The gateway validates requests to a mock server', async () => {
    await request(gateway.url).post('/orders').send({}).expect(400);
    const order = {
      consumerId: 'c-1',
      restaurantId: 'r-1',
      lineItems: [{ menuItemId: 'm-1', quantity: 1 }],
      deliveryInformation: { time: '2030-01-01T12:00:00Z', address: 'At home' },
    };
    const { body } = await request(gateway.url).post('/orders').send(order).expect(201);
    expect(body._links.self.href).toMatch(/^\/orders\//);
  });

  it('Mock responses of a service without links are lifted, under its prefix', async () => {
    const { body } = await get('/code/2.0/users/ann?expand=userRepositories').expect(200);
    expect(body._embedded.userRepositories._embedded.item[0]._links.repositoryPullRequests.href).toMatch(
      /^\/code\/2\.0\//,
    );
    await request(gateway.url).post('/code/2.0/repositories/a/b/pullrequests/1/merge').expect(204);
  });
});
