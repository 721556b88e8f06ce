/** Policies of single operations in `gateway.yaml`. */
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

describe('An operation with its own policy', () => {
  it('An operation with retry: off is not retried', async () => {
    const gateway = await start('{ retry: { attempts: 1, delay: 0 } }', '{ getReport: { policy: once } }');
    if (gateway.services.orders) gateway.services.orders.respond = (_req, res) => res.writeHead(503).end();
    await codeOf(gateway, '/report');
    expect(requestsOf(gateway)).toBe(1);
    await codeOf(gateway, '/order');
    expect(requestsOf(gateway)).toBe(3);
  });

  it('An operation has its own timeout', async () => {
    const gateway = await start('{ retry: off }', '{ getReport: { policy: { attemptTimeout: 20ms } } }');
    if (gateway.services.orders)
      gateway.services.orders.respond = (req, res) => {
        if (req.url === '/order') res.end();
        else hanging.push(() => res.end());
      };
    expect(await codeOf(gateway, '/report')).toBe('upstream-timeout');
    expect(await codeOf(gateway, '/order')).toBe('200');
  });

  it('An operation with its own bulkhead does not use that of the service', async () => {
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

  it('An operation with its own breaker opens its own circuit', async () => {
    const own = '{ policy: { breaker: { kind: consecutive, failures: 2 } } }';
    const gateway = await start('{ retry: off }', `{ getReport: ${own} }`);
    failReports(gateway);
    expect([await codeOf(gateway, '/report'), await codeOf(gateway, '/report')]).toEqual(['503', '503']);
    expect(await codeOf(gateway, '/report')).toBe('circuit-open');
    expect(await codeOf(gateway, '/order')).toBe('200');
  });

  it('An operation without its own breaker opens its circuit by the settings of the service', async () => {
    const policy = '{ retry: off, breaker: { kind: consecutive, failures: 2 } }';
    const gateway = await start(policy, '{ getReport: { policy: { deadline: 5s } } }');
    failReports(gateway);
    expect([await codeOf(gateway, '/report'), await codeOf(gateway, '/report')]).toEqual(['503', '503']);
    expect(await codeOf(gateway, '/report')).toBe('circuit-open');
    expect(await codeOf(gateway, '/order')).toBe('200');
  });

  it('A policy for an unknown operation is rejected', async () => {
    const starting = start('{}', '{ getReprt: { policy: once } }');
    await expect(starting).rejects.toThrow(
      'services.orders.operations: orders has no operation "getReprt"; did you mean getReport?',
    );
  });
});
