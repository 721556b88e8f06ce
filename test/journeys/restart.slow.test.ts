/** Restarts under load: gateways behind a balancer, instances of a service behind a gateway, and a single instance. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { type Balancer, startBalancer } from '../support/balancer.ts';
import { freePort, startChild } from '../support/child.ts';
import { eventually } from '../support/eventually.ts';
import { describeSamples } from '../support/samples.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';

const DOCUMENT = `openapi: 3.1.0
info: { title: Things, version: 1.0.0 }
paths:
  /things: { get: {}, post: {} }
`;
const CLIENTS = 8;

let folder: string;
let service: TestUpstream;
const config = async (name: string, text: string): Promise<string> => {
  const file = join(folder, name);
  await writeFile(
    file,
    `${text}\nreload: { files: 0 }\nservices: { things: { document: things.yaml, url: "${service.url}" } }\n`,
  );
  return file;
};

describeSamples('A restart under load', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linkway-'));
    await writeFile(join(folder, 'things.yaml'), DOCUMENT);
    service = await startUpstream((req, res) => void req.resume().on('end', () => res.end('a thing')));
  });
  afterAll(async () => {
    await service.stop();
    await rm(folder, { recursive: true });
  });

  const gatewayOn = (port: number, file: string) =>
    startChild('src/gateway/main.ts', [], {
      PORT: String(port),
      GATEWAY_CONFIG: file,
      LOG_LEVEL: 'info',
      DATA_DIR: join(folder, String(port)),
    });

  /** Keep-alive clients that each send one request after the other until they have to stop. */
  function load(url: string, { path = '/things', body = '' } = {}) {
    const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
    const outcomes = new Map<string, number>();
    let isOver = false;
    const once = (method: string) =>
      new Promise<string>((resolve) => {
        const headers = body === '' ? {} : { 'Content-Type': 'application/json' };
        httpRequest(url + path, { method, agent, headers }, (res) => {
          res.resume().on('end', () => resolve(`${method} ${res.statusCode}`));
          res.on('error', (error) => resolve(error.message));
        })
          .on('error', (error) => resolve(error.message))
          .end(method === 'POST' ? body : '');
      });
    const clients = Array.from({ length: CLIENTS }, async (_, index) => {
      while (!isOver) {
        const outcome = await once(index % 2 === 0 ? 'GET' : 'POST');
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    });
    return async () => {
      isOver = true;
      await Promise.all(clients);
      agent.destroy();
      return outcomes;
    };
  }

  describe('of gateways, one after the other', () => {
    let balancer: Balancer | undefined;
    afterAll(() => balancer?.close());

    it('loses no request', async () => {
      const file = await config('rolling.yaml', 'shutdown: { drain: 1s }');
      const ports = [await freePort(), await freePort()];
      const gateways = ports.map((port) => gatewayOn(port, file));
      const urls = ports.map((port) => `http://127.0.0.1:${port}`);
      await Promise.all(gateways.map((gateway) => gateway.says(/the gateway is listening/)));
      balancer = await startBalancer(urls);
      const stop = load(balancer.url);
      for (const [index, url] of urls.entries()) {
        gateways[index]?.process.kill('SIGTERM');
        expect(await gateways[index]?.ended).toBe(0);
        await balancer.sees(url, false);
        const next = gatewayOn(ports[index] ?? 0, file);
        gateways[index] = next;
        await balancer.sees(url, true);
      }
      const outcomes = await stop();
      for (const gateway of gateways) gateway.process.kill('SIGINT');
      expect(await Promise.all(gateways.map((gateway) => gateway.ended))).toEqual([0, 0]);
      expect([...outcomes.keys()].toSorted()).toEqual(['GET 200', 'POST 200']);
    }, 90_000);
  });

  describe('of the instances of a service, one after the other', () => {
    it('loses no request, POST requests included', async () => {
      const ports = [await freePort(), await freePort()];
      const port = await freePort();
      const file = join(folder, 'instances.yaml');
      const document = (name: string) =>
        `document: ${fileURLToPath(new URL(`../../openapi/${name}.yaml`, import.meta.url))}`;
      const health = '{ path: /health/ready, every: 100ms, unhealthy: 1 }';
      const urls = ports.map((one) => `"http://127.0.0.1:${one}"`);
      await writeFile(
        file,
        `shutdown: { drain: 1s }\nreload: { files: 0 }
services:
  consumers: { ${document('consumers')}, url: [${urls.join()}], health: ${health} }
  orders: { ${document('orders')}, url: "http://127.0.0.1:1" }
  restaurants: { ${document('restaurants')}, url: "http://127.0.0.1:1" }\n`,
      );
      const startOne = async (one: number) => {
        const child = startChild('src/service/main.ts', ['consumers'], {
          PORT: String(one),
          GATEWAY_CONFIG: file,
          LOG_LEVEL: 'silent',
          DATA_DIR: join(folder, String(one)),
        });
        await child.says(/http:/);
        return child;
      };
      const instances = await Promise.all(ports.map(startOne));
      const gateway = gatewayOn(port, file);
      const children = () => [gateway, ...instances];
      await gateway.says(/the gateway is listening/);
      const url = `http://127.0.0.1:${port}`;
      const isWorking = async (index: number, expected: boolean): Promise<void> => {
        const state = async () =>
          (await request(url).get('/status/services/consumers').expect(200)).body.instances[index].state;
        await eventually(
          `instance ${index} is ${expected ? '' : 'not '}working`,
          async () => ((await state()) === 'working') === expected,
        );
      };
      const stop = load(url, {
        path: '/consumers',
        body: JSON.stringify({ name: 'Ada', email: 'ada@example.com' }),
      });
      for (const [index, one] of ports.entries()) {
        instances[index]?.process.kill('SIGTERM');
        await isWorking(index, false);
        expect(await instances[index]?.ended).toBe(0);
        instances[index] = await startOne(one);
        await isWorking(index, true);
      }
      const outcomes = await stop();
      for (const { process } of children()) process.kill('SIGINT');
      expect(await Promise.all(children().map(({ ended }) => ended))).toEqual([0, 0, 0]);
      expect([...outcomes.keys()].toSorted()).toEqual(['GET 200', 'POST 201']);
    }, 90_000);
  });

  describe('of a service with one instance', () => {
    it('is bridged by retries for repeatable requests when the policy allows enough of them, and for no others', async () => {
      const file = await config(
        'bridge.yaml',
        'policy: { deadline: 20s, retry: { attempts: 8, delay: 20ms }, breaker: { minimumCalls: 1000 } }',
      );
      const port = await freePort();
      const gateway = gatewayOn(port, file);
      await gateway.says(/the gateway is listening/);
      const url = `http://127.0.0.1:${port}`;
      const failures = async (): Promise<number> =>
        (await request(url).get('/status').expect(200)).body.services[0].failures;
      try {
        await service.stop();
        await request(url).post('/things').expect(503);
        const before = await failures();
        const waiting = request(url).get('/things').expect(200).then();
        await eventually('the call has failed once', async () => (await failures()) > before);
        await service.start();
        await waiting;
      } finally {
        gateway.process.kill('SIGINT');
        expect(await gateway.ended).toBe(0);
      }
    }, 60_000);
  });
});
