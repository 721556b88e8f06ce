/** Health checks of instances. */
import { afterEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { eventually } from '../support/eventually.ts';
import { startInstances, type TestInstances } from '../support/instances.ts';
import type { TestUpstream } from '../support/upstream.ts';

const HEALTH = '{ path: /health/ready, every: 10ms, timeout: 500ms, unhealthy: 2, healthy: 2 }';

let system: TestInstances;
afterEach(() => system.close());

const start = async (count = 3): Promise<readonly TestUpstream[]> => {
  system = await startInstances(count, `health: ${HEALTH}, policy: { retry: off }`);
  return system.upstreams;
};
const states = () => system.instances().map(({ state }) => state);
const statesAre = async (...expected: string[]): Promise<void> => {
  await eventually(`the instances are ${expected}`, () => states().join() === expected.join(), {
    tell: states,
  });
};
const checks = ({ requests }: TestUpstream) => requests.filter(({ url }) => url === '/health/ready').length;
const calls = ({ requests }: TestUpstream) => requests.filter(({ url }) => url === '/things').length;
const post = async (times: number): Promise<void> => {
  for (let i = 0; i < times; i++) await request(system.url).post('/things').expect(200);
};
/** Not ready but still responding, like a draining instance. */
const drain = (upstream: TestUpstream): void => {
  const { respond: handler } = upstream;
  upstream.respond = (req, res) =>
    req.url === '/health/ready' ? res.writeHead(503).end() : handler(req, res);
};

describe('An instance that reports not ready', () => {
  it('An instance that is not ready gets no calls until it is ready again', async () => {
    const [one] = (await start()) as [TestUpstream];
    const { respond: handler } = one;
    drain(one);
    await statesAre('unhealthy', 'working', 'working');
    const before = calls(one);
    await post(20);
    expect(calls(one)).toBe(before);
    one.respond = handler;
    await statesAre('working', 'working', 'working');
    await eventually('it is called', async () => {
      await post(1);
      return calls(one) > before;
    });
  });

  it('No POST fails when an instance ends after it has reported not ready', async () => {
    const [one] = (await start(2)) as [TestUpstream];
    drain(one);
    await statesAre('unhealthy', 'working');
    await one.stop();
    await post(10);
    await one.start();
  });

  it('An unhealthy instance is called if no other instance is healthy', async () => {
    const all = await start();
    for (const upstream of all) drain(upstream);
    await statesAre('unhealthy', 'unhealthy', 'unhealthy');
    await post(30);
    for (const upstream of all) expect(calls(upstream)).toBeGreaterThan(0);
  });
});

it('One report of not ready is enough', async () => {
  system = await startInstances(2, `health: ${HEALTH.replace('unhealthy: 2', 'unhealthy: 100000')}`);
  drain(system.upstreams[0] as TestUpstream);
  await statesAre('unhealthy', 'working');
});

it.each<[string, TestUpstream['respond']]>([
  ['gets no response', () => {}],
  [
    'gets a truncated response',
    (_req, res) => void res.writeHead(200, { 'Content-Length': '9' }).write('x', () => res.destroy()),
  ],
  ['gets a redirect', (_req, res) => res.writeHead(302, { Location: '/' }).end()],
])('An instance whose check %s is unhealthy', async (_, handler) => {
  const [one] = (await start(2)) as [TestUpstream];
  const { respond: well } = one;
  one.respond = (req, res) => (req.url === '/health/ready' ? handler(req, res) : well(req, res));
  await statesAre('unhealthy', 'working');
});

it('One failed check does not make an instance unhealthy', async () => {
  const [one] = (await start(2)) as [TestUpstream];
  const { respond: handler } = one;
  let turn = 0;
  one.respond = (req, res) => {
    // Every second check fails, so that two in a row never fail.
    if (req.url === '/health/ready' && ++turn % 2 === 0) res.writeHead(500).end();
    else handler(req, res);
  };
  const seen = new Set<string>();
  await eventually('it is checked 20 times', () => {
    seen.add(states().join());
    return turn >= 20;
  });
  expect([...seen]).toEqual(['working,working']);
});

it('Health checks end with the gateway', async () => {
  const [one] = (await start(1)) as [TestUpstream];
  await eventually('it is checked', () => checks(one) >= 2);
  await system.close();
  const { length } = one.requests;
  await one.start();
  const [other] = (await start(1)) as [TestUpstream];
  await eventually('the other is checked', () => checks(other) >= 4);
  await one.stop();
  expect(one.requests).toHaveLength(length);
});
