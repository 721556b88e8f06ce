/** What `operations` in `gateway.yaml` does to the calls of one operation, and not to those of others. */
import { afterEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { document, startGateway, type TestGateway } from '../support/gateway.ts';

const get = (operationId: string) => ({ get: { operationId, responses: { 200: { description: 'ok' } } } });
const orders = document({ '/order': get('getOrder'), '/report': get('getReport') });

const hanging: (() => void)[] = [];
afterEach(() => {
  for (const end of hanging.splice(0)) end();
});

const start = (policy: string, operations: string) =>
  startGateway(
    { orders },
    { config: 'policies: { once: { retry: off } }', service: `policy: ${policy}, operations: ${operations}` },
  );
const codeOf = async ({ url }: TestGateway, path: string): Promise<string> => {
  const { status, body } = await request(url).get(path);
  return body.type === undefined ? String(status) : body.type.split('/').at(-1);
};
const requestsOf = ({ services }: TestGateway) => services.orders?.requests.length;

describe('an operation with a policy of its own', () => {
  it('is not retried where that is off, though others are', async () => {
    const gateway = await start('{ retry: { attempts: 1, delay: 0 } }', '{ getReport: { policy: once } }');
    if (gateway.services.orders) gateway.services.orders.respond = (_req, res) => res.writeHead(503).end();
    await codeOf(gateway, '/report');
    expect(requestsOf(gateway)).toBe(1);
    await codeOf(gateway, '/order');
    expect(requestsOf(gateway)).toBe(3);
  });

  it('is given up after a time of its own', async () => {
    const gateway = await start('{ retry: off }', '{ getReport: { policy: { attemptTimeout: 20ms } } }');
    if (gateway.services.orders)
      gateway.services.orders.respond = (req, res) => {
        if (req.url === '/order') res.end();
        else hanging.push(() => res.end());
      };
    expect(await codeOf(gateway, '/report')).toBe('upstream-timeout');
    expect(await codeOf(gateway, '/order')).toBe('200');
  });

  it('fills its own bulkhead, and leaves that of the service to others', async () => {
    const gateway = await start(
      '{}',
      '{ getReport: { policy: { bulkhead: { concurrent: 1, queued: 0 } } } }',
    );
    const arrived = new Promise<void>((resolve) => {
      if (gateway.services.orders)
        gateway.services.orders.respond = (req, res) => {
          if (req.url === '/order') return res.end();
          hanging.push(() => res.end());
          return resolve();
        };
    });
    const first = codeOf(gateway, '/report');
    await arrived;
    expect(await codeOf(gateway, '/report')).toBe('overloaded');
    expect(await codeOf(gateway, '/order')).toBe('200');
    hanging.pop()?.();
    expect(await first).toBe('200');
  });

  const failReports = (gateway: TestGateway) => {
    if (gateway.services.orders)
      gateway.services.orders.respond = (req, res) => res.writeHead(req.url === '/order' ? 200 : 503).end();
  };

  it('opens its circuit by a breaker of its own', async () => {
    const own = '{ policy: { breaker: { kind: consecutive, failures: 2 } } }';
    const gateway = await start('{ retry: off }', `{ getReport: ${own} }`);
    failReports(gateway);
    expect([await codeOf(gateway, '/report'), await codeOf(gateway, '/report')]).toEqual(['503', '503']);
    expect(await codeOf(gateway, '/report')).toBe('circuit-open');
    expect(await codeOf(gateway, '/order')).toBe('200');
  });

  it('opens its circuit by the breaker of the service where it has none, and no other', async () => {
    const policy = '{ retry: off, breaker: { kind: consecutive, failures: 2 } }';
    const gateway = await start(policy, '{ getReport: { policy: { deadline: 5s } } }');
    failReports(gateway);
    expect([await codeOf(gateway, '/report'), await codeOf(gateway, '/report')]).toEqual(['503', '503']);
    expect(await codeOf(gateway, '/report')).toBe('circuit-open');
    expect(await codeOf(gateway, '/order')).toBe('200');
  });

  it('has to be there', async () => {
    const starting = start('{}', '{ getReprt: { policy: once } }');
    await expect(starting).rejects.toThrow(
      'services.orders.operations: orders has no operation "getReprt"; did you mean getReport?',
    );
  });
});
