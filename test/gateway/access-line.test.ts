/** The access log line of a request, with its calls to services. */
import { expect, it } from '@jest/globals';
import request from 'supertest';
import { document, startGateway } from '../support/gateway.ts';

const POLICY =
  'policy: { retry: { attempts: 1, delay: 0 }, breaker: { minimumCalls: 2, threshold: 0.5, halfOpenAfter: 1m } }';

it('The access log line names the operation, its service, the attempts and the state of the circuit breaker', async () => {
  const gateway = await startGateway(
    { orders: document({ '/x': { get: { operationId: 'getX' }, post: { operationId: 'postX' } } }) },
    { config: POLICY },
  );
  const line = () => JSON.parse(gateway.log.written.at(-1) ?? '');
  const x = () => request(gateway.url);
  const { orders } = gateway.services;
  if (orders === undefined) throw new Error('no upstream');

  await x().post('/x').query({}).expect(200);
  expect(line()).toMatchObject({ service: 'orders', operationId: 'postX', attempts: 1, breaker: 'closed' });

  orders.respond = (_req, res) => res.writeHead(503).end();
  await x().get('/x').expect(503);
  expect(line()).toMatchObject({ operationId: 'getX', status: 503, attempts: 2 });

  for (let count = 0; count < 4; count++) await x().get('/x').expect(503);
  expect(line()).toMatchObject({ operationId: 'getX', status: 503, attempts: 0, breaker: 'open' });

  await x().get('/nothing').expect(404);
  expect(line()).not.toHaveProperty('attempts');
});

it.each(['a"b', 'a\nb', '"}\n{"level":60,"msg":"forged"}', '\u2028\u0000\\', '都'])(
  'The access log entry is one line of JSON for any operation id: %j',
  async (operationId) => {
    const gateway = await startGateway({ orders: document({ '/x': { get: { operationId } } }) });
    await request(gateway.url).get('/x').expect(200);
    const line = gateway.log.written.at(-1) ?? '';
    expect(line.trimEnd()).not.toContain('\n');
    expect(JSON.parse(line)).toMatchObject({ level: 30, operationId });
  },
);
