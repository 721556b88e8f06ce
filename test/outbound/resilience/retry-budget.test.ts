import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Target } from '../../../src/outbound/target.ts';
import { atOnce, pass, useFakeTime } from '../../support/fake-time.ts';
import { policiesOf } from '../../support/policies.ts';
import { startUpstream, type TestUpstream } from '../../support/upstream.ts';

let upstream: TestUpstream;
let target: Target;

beforeEach(async () => {
  upstream = await startUpstream((_req, res) => res.writeHead(503).end());
  useFakeTime();
  const policy = { retry: { attempts: 1, delay: 0, budget: 0.2 }, breaker: { minimumCalls: 100_000 } };
  target = new Target('orders', upstream.url, policiesOf(policy));
});
afterEach(async () => {
  jest.useRealTimers();
  await upstream.stop();
  await target.close();
});

/** @returns the number of calls to the target */
const call = async (times: number): Promise<number> => {
  const before = upstream.requests.length;
  for (let i = 0; i < times; i++) {
    const response = await atOnce(target.send({ method: 'GET', path: '/', headers: [] }));
    response.discard();
  }
  return upstream.requests.length - before;
};

it('The retry budget is a fifth of the calls, and ten', async () => {
  expect(await call(100)).toBe(100 + 20 + 10);
  expect(target.snapshot()).toMatchObject({ requests: 100, retries: 30, retriesRefused: 70 });
});

it('The retry budget of a target without calls does not run out over time', async () => {
  expect(await call(3)).toBe(6);
  pass(3_600_000);
  expect(await call(3)).toBe(6);
});

it('The retry budget counts the calls and retries of the last ten seconds', async () => {
  await call(50);
  pass(5_000);
  expect(await call(50)).toBe(50 + 10);
  pass(5_000);
  // The first fifty calls and their twenty retries no longer count.
  expect(await call(100)).toBe(100 + 20 + 10);
});

it('The retry budget recovers after the failures have ended', async () => {
  expect(await call(20)).toBe(20 + 4 + 10);
  expect(await call(5)).toBe(5 + 1);
  pass(10_000);
  expect(await call(5)).toBe(10);
});

it('The retry budget is not used by calls that are not repeated', async () => {
  for (let i = 0; i < 30; i++)
    (await atOnce(target.send({ method: 'POST', path: '/', headers: [] }))).discard();
  expect(target.snapshot()).toMatchObject({ retries: 0, retriesRefused: 0 });
});
