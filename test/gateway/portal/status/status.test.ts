import { expect, it } from '@jest/globals';
import request from 'supertest';
import { pagesApp } from '../../../support/pages-app.ts';

const app = pagesApp();

it('The status in HAL has the state of each service', async () => {
  const { body, headers } = await request(app).get('/status').expect(200);

  expect(headers['cache-control']).toBe('no-store');
  expect(body.services).toMatchObject([
    { name: 'orders', breaker: 'open', requests: 1204, failures: 17, latency: { p50: 3.21, p99: 41.7 } },
    { name: 'consumers', breaker: 'closed', requests: 0, droppedLinks: 3 },
  ]);
});

it('The status links to its event stream', async () => {
  const { body } = await request(app).get('/status').expect(200);
  const { href, type } = body._links.monitor;
  expect([href, type]).toEqual(['/status', 'text/event-stream']);
  await request(app)
    .head(href)
    .set('Accept', type)
    .expect(200)
    .expect('Content-Type', /^text\/event-stream/);
});

it('Long names are shortened in the middle', async () => {
  const quiet = { inFlight: 0, queued: 0, requests: 0, failures: 0, retries: 0, retriesRefused: 0 };
  const known = { recentFailures: [], droppedLinks: 0, faults: [], hasContract: true, instances: [] };
  const names = ['customer-relationship-billing', 'customer-relationship-support'];
  const status = () => names.map((name) => ({ name, breaker: 'closed' as const, ...quiet, ...known }));
  const { text } = await request(pagesApp({ status })).get('/status').set('Accept', 'text/html');
  const drawn = [...text.matchAll(/<text x="\d+" y="\d+">([^<]*…[^<]*)<\/text>/g)].map(([, name]) => name);
  expect(drawn).toHaveLength(4);
  expect(new Set(drawn).size).toBe(4);
});

it('The status shows only listed members of a snapshot', async () => {
  const service = {
    name: 'a',
    breaker: 'closed',
    inFlight: 0,
    queued: 0,
    requests: 0,
    failures: 0,
    recentFailures: [],
    retries: 0,
    retriesRefused: 0,
    instances: [{ id: '1', state: 'working', inFlight: 0, requests: 0, failures: 0 }],
    droppedLinks: 0,
    faults: [],
    hasContract: true,
  } as const;
  const instances = service.instances.map((one) => ({ ...one, url: 'http://10.1.2.3:80' }));
  const status = () => [{ ...service, instances, url: 'http://10.1.2.3:80' }];
  const { text } = await request(pagesApp({ status })).get('/status');

  expect(text).not.toContain('10.1.2.3');
});

it('More than three operations in the same state are counted', async () => {
  const circuits = ['a', 'b', 'c', 'd'].map((operationId) => ({ operationId, breaker: 'open' as const }));
  const quiet = { inFlight: 0, queued: 0, requests: 0, failures: 0, retries: 0, retriesRefused: 0 };
  const known = { recentFailures: [], droppedLinks: 0, faults: [], hasContract: true, instances: [] };
  const status = () => [{ name: 'orders', breaker: 'open' as const, circuits, ...quiet, ...known }];
  const [all, one] = await Promise.all(
    ['/status', '/status/services/orders'].map((path) =>
      request(pagesApp({ status })).get(path).set('Accept', 'text/html'),
    ),
  );
  expect(all?.text).toContain('<small>4 operations: paused after failures</small>');
  expect(one?.text).toContain(
    '<li><code>a</code>, <code>b</code>, <code>c</code>, <code>d</code>: <span class="state open">',
  );
});

it('The status page describes states in words and omits values that were not measured', async () => {
  const { text } = await request(app).get('/status').set('Accept', 'text/html');

  expect(text).toContain('Services with problems: orders. The others are not affected.');
  expect(text).toContain('paused after failures');
  expect(text).toContain('no response in time');
  expect(text).toContain('<small>median 3.2 ms<br>n = 512</small>');
  expect(text.match(/<span>–<\/span>/g)).toHaveLength(6);
  expect(text).toContain('<small>exportOrders: being tried again</small>');
  expect(text).toContain('<td data-label="Retries"><div>4<br><small>2 over the budget</small></div></td>');
  expect(text).toContain('<small>3 links omitted</small>');
  expect(text).toContain(
    'consumers: <code>#/paths/~1consumers/get/parameters</code> is not checked: type must be JSONType',
  );
});

it('The status page shows deviations from the contract if responses are inspected', async () => {
  const drift = {
    mode: 'observe',
    sample: 0.1,
    operations: [
      {
        operationId: 'getOrder',
        checked: 12,
        drifted: 3,
        unverified: 1,
        why: { body: 3 },
        faults: [
          { kind: 'body', pointer: '#/<total>', detail: 'is required', count: 3, at: '2030-01-02T03:04:05Z' },
        ],
      },
    ],
  } as const;
  const service = {
    name: 'a',
    inFlight: 0,
    queued: 0,
    requests: 0,
    failures: 0,
    retries: 0,
    retriesRefused: 0,
    recentFailures: [],
    instances: [],
    breaker: 'closed',
    droppedLinks: 0,
    faults: [],
    hasContract: true,
  } as const;
  const looked = pagesApp({
    status: () => [
      { ...service, drift },
      { ...service, name: 'b' },
    ],
  });

  const { body } = await request(looked).get('/status');
  expect(body.services.map((one: { drift: unknown }) => one.drift)).toEqual([drift, undefined]);
  const { text } = await request(looked).get('/status').set('Accept', 'text/html');
  expect(text).toContain('a: responses that differ are still forwarded, 10 % of responses are checked');
  expect(text).toContain('<code>#/&lt;total&gt;</code> is required <small>× 3</small>');
  expect(text).toContain('<td data-label="Unverified">1</td>');
  expect((await request(app).get('/status').set('Accept', 'text/html')).text).not.toContain(
    'Responses and contracts',
  );
});

const word = (
  name: string,
  breaker: 'open' | 'closed',
  sees: Record<string, 'pass' | 'warn' | 'fail'> = {},
) => ({
  name,
  breaker,
  inFlight: 0,
  queued: 0,
  requests: 0,
  failures: 0,
  retries: 0,
  retriesRefused: 0,
  recentFailures: [],
  droppedLinks: 0,
  faults: [],
  hasContract: true,
  instances: [],
  dependencies: Object.entries(sees).map(([to, status]) => ({ name: to, status })),
});

it.each([
  [
    'Services with problems: dishes. orders calls it; the others are not affected.',
    [word('dishes', 'open'), word('orders', 'closed', { dishes: 'fail' }), word('carts', 'closed')],
  ],
  [
    'Services with problems: dishes. orders and carts call it; the others are not affected.',
    [
      word('dishes', 'open'),
      word('orders', 'closed', { dishes: 'fail' }),
      word('carts', 'closed', { dishes: 'warn' }),
      word('menus', 'closed', { carts: 'fail' }),
    ],
  ],
  [
    'Services with problems: dishes, carts. orders and menus call dishes; orders calls carts.',
    [
      word('dishes', 'open', { carts: 'fail' }),
      word('carts', 'open'),
      word('orders', 'closed', { dishes: 'fail', carts: 'warn' }),
      word('menus', 'closed', { dishes: 'fail' }),
    ],
  ],
  [
    'Services with problems: dishes. The others are not affected.',
    [word('dishes', 'open'), word('orders', 'closed', { dishes: 'pass' })],
  ],
])('The summary names the affected services: %s', async (said, services) => {
  const { text } = await request(pagesApp({ status: () => services }))
    .get('/status')
    .set('Accept', 'text/html');
  expect(/role="status">([^<]*)</.exec(text)?.[1]).toBe(said);
});
