import { expect, it } from '@jest/globals';
import request from 'supertest';
import { pagesApp } from '../../support/pages-app.ts';

const app = pagesApp();

it('tells programs how each service is', async () => {
  const { body, headers } = await request(app).get('/status').expect(200);

  expect(headers['cache-control']).toBe('no-store');
  expect(body.services).toMatchObject([
    { name: 'orders', breaker: 'open', requests: 1204, failures: 17, latency: { p50: 3.21, p99: 41.7 } },
    { name: 'consumers', breaker: 'closed', requests: 0, droppedLinks: 3 },
  ]);
});

it('shows nothing of a snapshot but what is named', async () => {
  const service = {
    name: 'a',
    breaker: 'closed',
    inFlight: 0,
    queued: 0,
    requests: 0,
    failures: 0,
    droppedLinks: 0,
    faults: [],
    hasContract: true,
  } as const;
  const status = () => [{ ...service, url: 'http://10.1.2.3:80' }];
  const { text } = await request(pagesApp({ status })).get('/status');

  expect(text).not.toContain('10.1.2.3');
});

it('tells people in words, and counts nothing that was not measured', async () => {
  const { text } = await request(app).get('/status').set('Accept', 'text/html');

  expect(text).toContain('Not well: orders. The others are not affected.');
  expect(text).toContain('paused after failures');
  expect(text).toContain('no answer in time');
  expect(text).toContain('<td data-label="Median">3.2</td>');
  expect(text).toContain('<td data-label="Median">–</td>');
  expect(text).toContain('<td data-label="Links left out">3</td>');
  expect(text).toContain(
    'consumers: <code>#/paths/~1consumers/get/parameters</code> goes unchecked: type must be JSONType',
  );
});
