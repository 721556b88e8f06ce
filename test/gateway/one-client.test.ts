/** Failures that one client causes open no circuit for others; failures of all clients do. */
import { Agent, get as httpGet } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { document, startGateway, type TestGateway } from '../support/gateway.ts';

const get = (operationId: string) => ({ get: { operationId, responses: { 200: { description: 'ok' } } } });
const orders = document({ '/order': get('getOrder'), '/report': get('getReport') });
/** Only where an upstream hangs is the attempt timeout short: elsewhere a busy machine could reach it. */
const policy = (attemptTimeout: string) =>
  `policy: { attemptTimeout: ${attemptTimeout}, retry: off, breaker: { kind: consecutive, failures: 3, halfOpenAfter: 1h } }`;

const agents: Agent[] = [];
const hanging: (() => void)[] = [];
afterEach(() => {
  for (const end of hanging.splice(0)) end();
  for (const agent of agents.splice(0)) agent.destroy();
});

/** A client with its own address. Its requests return a status, and the code of a problem. */
function clientAt(localAddress: string) {
  const agent = new Agent({ localAddress, keepAlive: true });
  agents.push(agent);
  return ({ url }: TestGateway, path: string, headers: Record<string, string> = {}): Promise<string> =>
    new Promise((resolve, reject) => {
      httpGet(url + path, { agent, headers }, (res) => {
        let text = '';
        res.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        res.on('end', () => resolve(/problems\/([\w-]+)/.exec(text)?.[1] ?? String(res.statusCode)));
      }).on('error', reject);
    });
}

const start = async ({ config = '', attemptTimeout = '30s' } = {}) => {
  const gateway = await startGateway({ orders }, { service: policy(attemptTimeout), config });
  const { orders: service } = gateway.services;
  if (!service) throw new Error('there is one');
  return { gateway, service };
};

const WAYS = {
  'upstream-timeout': (res: { end(): void }) => hanging.push(() => res.end()),
  'bad-gateway': (res: { destroy(): void }) => res.destroy(),
  502: (res: { writeHead(status: number): { end(): void } }) => res.writeHead(502).end(),
  503: (res: { writeHead(status: number): { end(): void } }) => res.writeHead(503).end(),
  504: (res: { writeHead(status: number): { end(): void } }) => res.writeHead(504).end(),
};

describe('A client that', () => {
  it.each(Object.entries(WAYS))(
    'Only the client that repeatedly causes %s is blocked',
    async (outcome, provoked) => {
      const { gateway, service } = await start(
        outcome === 'upstream-timeout' ? { attemptTimeout: '300ms' } : {},
      );
      service.respond = (req, res) => (req.headers['x-odd'] ? provoked(res as never) : res.end());
      const [a, b] = [clientAt('127.0.0.1'), clientAt('127.0.0.2')];
      const odd = (i: number) => ({ 'x-odd': 'yes', authorization: `Bearer ${i}` });
      for (let i = 0; i < 3; i++) expect(await a(gateway, '/report', odd(i))).toBe(outcome);
      const before = service.requests.length;
      expect([await a(gateway, '/report'), service.requests.length]).toEqual(['circuit-open', before]);
      for (let i = 0; i < 5; i++) expect(await b(gateway, '/report')).toBe('200');
      expect(service.requests.length).toBe(before + 5);
      // Successful calls of others do not close the circuit for the first client.
      expect([await a(gateway, '/report'), await a(gateway, '/order')]).toEqual(['circuit-open', '200']);
      expect(await b(gateway, '/report', odd(0))).toBe(outcome);
      expect(await b(gateway, '/report')).toBe('circuit-open');
    },
  );

  it('X-Forwarded-For identifies a client only if a trusted proxy sends it', async () => {
    const { gateway, service } = await start();
    service.respond = (_req, res) => res.writeHead(503).end();
    const a = clientAt('127.0.0.1');
    for (let i = 0; i < 3; i++) await a(gateway, '/report', { 'x-forwarded-for': `192.0.2.${i}` });
    service.respond = (_req, res) => res.end();
    expect(await a(gateway, '/report', { 'x-forwarded-for': '192.0.2.9' })).toBe('circuit-open');
    expect(await clientAt('127.0.0.2')(gateway, '/report')).toBe('200');
  });

  it('Clients behind a trusted proxy are distinguished', async () => {
    const { gateway, service } = await start({ config: 'trustProxy: true' });
    service.respond = (_req, res) => res.writeHead(503).end();
    const proxy = clientAt('127.0.0.1');
    const through = (address: string) => proxy(gateway, '/report', { 'x-forwarded-for': address });
    for (let i = 0; i < 3; i++) await through(`192.0.2.${i}, 2001:db8::${i}`);
    service.respond = (_req, res) => res.end();
    expect([await through('2001:db8::9'), await through('2001:db8:0:1::9')]).toEqual(['circuit-open', '200']);
  });
});

describe('A circuit opens for all clients', () => {
  it('A circuit opens for all clients when the calls of two clients fail', async () => {
    const { gateway, service } = await start();
    service.respond = (_req, res) => res.writeHead(503).end();
    const [a, b, c] = [clientAt('127.0.0.1'), clientAt('127.0.0.2'), clientAt('127.0.0.3')];
    await a(gateway, '/report');
    await b(gateway, '/report');
    await a(gateway, '/report');
    for (const client of [a, b, c]) expect(await client(gateway, '/report')).toBe('circuit-open');
    expect(service.requests.length).toBe(3);
  });

  it('A circuit opens for all clients when it is open for one client and the call of another fails', async () => {
    const { gateway, service } = await start();
    service.respond = (_req, res) => res.writeHead(503).end();
    const [a, b, c] = [clientAt('127.0.0.1'), clientAt('127.0.0.2'), clientAt('127.0.0.3')];
    for (let i = 0; i < 3; i++) await a(gateway, '/report');
    expect(await b(gateway, '/report')).toBe('503');
    for (const client of [a, b, c]) expect(await client(gateway, '/report')).toBe('circuit-open');
    expect(service.requests.length).toBe(4);
  });

  it('A circuit opens for all clients when connections fail, even for one client only', async () => {
    const { gateway, service } = await start();
    await service.stop();
    const [a, b] = [clientAt('127.0.0.1'), clientAt('127.0.0.2')];
    for (let i = 0; i < 3; i++) expect(await a(gateway, '/report')).toBe('service-unreachable');
    await service.start();
    for (const client of [a, b])
      for (const path of ['/report', '/order']) expect(await client(gateway, path)).toBe('circuit-open');
    expect(service.requests.length).toBe(0);
  });
});
