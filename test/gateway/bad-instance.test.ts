/** One failing instance among three is not visible to clients. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { eventually } from '../support/eventually.ts';
import { startInstances, type TestInstances } from '../support/instances.ts';
import type { TestUpstream } from '../support/upstream.ts';

const CLIENTS = 4;
const CALLS = 120;
const policyWith = (kind: string, halfOpenAfter: string, attemptTimeout = '5s') =>
  `policy: { attemptTimeout: ${attemptTimeout}, retry: { delay: 1ms, budget: 1 }, breaker: { kind: ${kind}, halfOpenAfter: ${halfOpenAfter} } }`;

let system: TestInstances;
beforeEach(async () => {
  system = await startInstances(3, policyWith('sampling', '1s'));
});
afterEach(() => system.close());

/** Makes the given number of calls, a few at once, and counts the outcomes. */
const run = async (calls = CALLS, method: 'get' | 'post' = 'get'): Promise<Record<string, number>> => {
  const outcomes: Record<string, number> = {};
  let left = calls;
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (left-- > 0) {
        const outcome = await request(system.url)
          [method]('/things')
          .then(
            ({ status, text }) => `${status} ${text.slice(0, 4)}`,
            () => 'cut',
          );
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      }
    }),
  );
  return outcomes;
};

const WAYS: readonly [string, TestUpstream['respond']][] = [
  [
    'responds with 503 and a Retry-After of a minute',
    (_req, res) => res.writeHead(503, { 'Retry-After': '60' }).end('busy'),
  ],
  ['cuts the connection', (req) => req.socket.destroy()],
  ['responds with 500', (_req, res) => res.writeHead(500).end('sick')],
  [
    'truncates short responses',
    (req, res) => res.writeHead(200, { 'Content-Length': '100' }).write('half', () => req.socket.destroy()),
  ],
];

const isSeenByNoGet = async (handler: TestUpstream['respond']): Promise<void> => {
  const [bad] = system.upstreams as [TestUpstream];
  bad.respond = handler;
  expect(await run()).toEqual({ '200 well': CALLS });
  // The instance was called and then ejected: the circuit opens after 5 failures, then single calls test it.
  expect(bad.requests.length).toBeGreaterThan(0);
  expect(bad.requests.length).toBeLessThan(CALLS / 4);
  expect((await system.instances())[0]).toMatchObject({ failures: bad.requests.length });
};

describe('One of three instances that', () => {
  it.each(WAYS)('No GET fails when one of three instances %s', (_, handler) => isSeenByNoGet(handler));

  it('No GET fails when one of three instances does not respond', async () => {
    await system.close();
    system = await startInstances(3, policyWith('sampling', '1s', '200ms'));
    await isSeenByNoGet(() => {});
  });

  it('No GET and no POST fails when one of three instances refuses connections', async () => {
    await system.upstreams[0]?.stop();
    expect(await run()).toEqual({ '200 well': CALLS });
    expect(await run(CALLS, 'post')).toEqual({ '200 well': CALLS });
    await system.upstreams[0]?.start();
  });

  it('A refused connection does not use the retry budget', async () => {
    await system.close();
    system = await startInstances(
      2,
      'policy: { retry: { delay: 1ms, budget: 0 }, breaker: { minimumCalls: 100000 } }',
    );
    await system.upstreams[0]?.stop();
    expect(await run(CALLS, 'post')).toEqual({ '200 well': CALLS });
    await system.upstreams[0]?.start();
  });

  it.each(['sampling', 'count', 'consecutive'])(
    'Few GETs fail when one of three instances interrupts long responses, with breakers of the kind %s',
    async (kind) => {
      await system.close();
      system = await startInstances(3, policyWith(kind, '1m'));
      const [bad] = system.upstreams as [TestUpstream];
      bad.respond = (req, res) => {
        res.writeHead(200, { 'Content-Length': '1000000' });
        res.write('half', () => req.socket.destroy());
      };
      const { cut = 0, ...others } = await run();
      expect(Object.keys(others)).toEqual(['200 well']);
      expect(cut).toBe(bad.requests.length);
      // Five failures open the circuit; some more calls may have been in flight.
      expect(cut).toBeGreaterThanOrEqual(5);
      expect(cut).toBeLessThan(5 + CLIENTS);
    },
  );

  it('A recovered instance is called again', async () => {
    const [bad] = system.upstreams as [TestUpstream];
    bad.respond = (_req, res) => res.writeHead(500).end();
    const isOut = (index: number) => system.instances()[index]?.state === 'ejected';
    await eventually('it is ejected', async () => {
      await request(system.url).get('/things');
      return isOut(0);
    });
    const { length } = bad.requests;
    bad.respond = (_req, res) => res.end('well');
    await eventually('it is called again', async () => {
      await run(4);
      return !isOut(0);
    });
    expect(await run()).toEqual({ '200 well': CALLS });
    expect(bad.requests.length).toBeGreaterThan(length + CALLS / 10);
  });
});

it('The access log line names the instance', async () => {
  const { headers } = await request(system.url).get('/things').expect(200);
  const { written } = system.log;
  const line = written.map((one) => JSON.parse(one)).find((one) => one.path === '/things');
  expect(headers['x-instance']).toBe(line.instance);
});

it('A streamed body that was not sent yet goes to another instance', async () => {
  await system.upstreams[0]?.stop();
  await system.upstreams[1]?.stop();
  const body = 'a thing '.repeat(100_000);
  for (let i = 0; i < 4; i++) {
    const { text } = await request(system.url).post('/echo').type('text/plain').send(body).expect(200);
    expect(text).toBe(String(body.length));
  }
  for (const upstream of system.upstreams.slice(0, 2)) await upstream.start();
});

it('An operation with its own breaker ejects instances for itself only', async () => {
  await system.close();
  const own = 'operations: { getReport: { policy: { breaker: { kind: consecutive, failures: 2 } } } }';
  system = await startInstances(2, `policy: { retry: off }, ${own}`);
  const [bad] = system.upstreams as [TestUpstream];
  const { respond: handler } = bad;
  bad.respond = (req, res) => (req.url === '/report' ? res.writeHead(500).end() : handler(req, res));
  const callsOf = (path: string) => bad.requests.filter(({ url }) => url === path).length;
  for (let i = 0; i < 30; i++) await request(system.url).get('/report');
  expect(callsOf('/report')).toBe(2);
  for (let i = 0; i < 30; i++) await request(system.url).get('/things').expect(200);
  expect(callsOf('/things')).toBeGreaterThan(0);
});

describe('The last available instance', () => {
  it('The last available instance is called as long as it responds', async () => {
    const [one, two, three] = system.upstreams as [TestUpstream, TestUpstream, TestUpstream];
    for (const upstream of [one, two]) await upstream.stop();
    const isOut = (index: number) => system.instances()[index]?.state === 'ejected';
    await eventually('both are ejected', async () => {
      await request(system.url).get('/things').expect(200);
      return isOut(0) && isOut(1);
    });
    let turn = 0;
    three.respond = (_req, res) => (++turn % 4 === 0 ? res.end('well') : res.writeHead(500).end('ill '));
    const outcomes = await run(80);
    // Three of four responses are errors of the instance; its circuit stays closed, so no call is rejected.
    expect(Object.keys(outcomes).toSorted()).toEqual(['200 well', '500 ill ']);
    for (const upstream of [one, two]) await upstream.start();
  });

  it('Calls are rejected when no instance responds properly', async () => {
    for (const upstream of system.upstreams) upstream.respond = (_req, res) => res.writeHead(502).end();
    const outcomes = await run(80);
    expect(Object.keys(outcomes).some((one) => one.startsWith('503'))).toBe(true);
    const refused = await request(system.url).get('/things');
    expect([502, 503]).toContain(refused.status);
  });

  it('The last available instance is called even if all instances respond with 500, because one client may have caused this', async () => {
    for (const upstream of system.upstreams) upstream.respond = (_req, res) => res.writeHead(500).end('ill ');
    expect(await run(80)).toEqual({ '500 ill ': 80 });
  });
});
