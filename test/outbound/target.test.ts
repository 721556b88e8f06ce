import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { PolicyInput } from '../../src/config/policies/policy.ts';
import { Problem } from '../../src/contract/problem.ts';
import type { OutboundRequest } from '../../src/outbound/call/types.ts';
import { Target } from '../../src/outbound/target.ts';
import { eventually } from '../support/eventually.ts';
import { policiesOf } from '../support/policies.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';

let upstream: TestUpstream;
let target: Target;

const use = (policy: PolicyInput = {}) => {
  target = new Target('orders', upstream.url, policiesOf({ retry: { delay: 1 }, ...policy }));
  return target;
};
const once = { retry: { attempts: 0 } };
const get: OutboundRequest = { method: 'GET', path: '/x', headers: [] };
const problemFrom = (promise: Promise<unknown>): Promise<Problem> =>
  promise.then(
    () => {
      throw new Error('should have failed');
    },
    (error) => {
      expect(error).toBeInstanceOf(Problem);
      return error;
    },
  ) as Promise<Problem>;
const failing =
  (...statuses: number[]) =>
  (_req: unknown, res: { writeHead(s: number): { end(t: string): void } }) =>
    res.writeHead(statuses.shift() ?? 200).end('body');

beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(async () => {
  jest.useRealTimers();
  await upstream.stop();
  await target.close();
});

describe('A call', () => {
  it('has the head and the body of the response', async () => {
    upstream.respond = (_req, res) => res.writeHead(201, { 'X-Test': 'a' }).end('hello');
    const response = await use().send({ ...get, method: 'POST', body: Buffer.from('question') });
    expect([response.status, response.header('x-test')]).toEqual([201, 'a']);
    expect(String(await response.collect(100))).toBe('hello');
  });

  it('is counted at its target and at its instance, during the call and after it', async () => {
    use();
    const snapshots = () => {
      const { instances, ...whole } = target.snapshot();
      return [whole, ...instances];
    };
    let during: unknown[] = [];
    upstream.respond = (_req, res) => {
      during = snapshots();
      res.end('ok');
    };
    await (await target.send(get)).collect(10);
    expect(during).toMatchObject([
      { requests: 1, inFlight: 1 },
      { requests: 1, inFlight: 1 },
    ]);
    const ended = { requests: 1, inFlight: 0, failures: 0, latency: { p50: expect.any(Number) } };
    expect(snapshots()).toMatchObject([ended, ended]);
    upstream.respond = failing(500);
    (await target.send(get)).discard();
    const failed = { requests: 2, failures: 1, lastFailure: { reason: 'responded with 500' } };
    expect(snapshots()).toMatchObject([failed, failed]);
  });

  it('that the target responds to with 501 is not counted as a failure', async () => {
    upstream.respond = failing(501, 501, 501);
    use({ breaker: { kind: 'consecutive', failures: 1 } });
    for (const _ of [1, 2, 3]) expect((await target.send(get)).status).toBe(501);
    expect(upstream.requests).toHaveLength(3);
    expect(target.snapshot()).toMatchObject({ breaker: 'closed', requests: 3, failures: 0 });
  });

  it('ignores interim responses before the final head', async () => {
    upstream.respond = (_req, res) => {
      res.writeEarlyHints({ link: '</style.css>; rel=preload' });
      res.end('final');
    };
    const response = await use().send(get);
    expect(response.status).toBe(200);
  });

  it('aborts a body that is larger than the limit of its reader', async () => {
    upstream.respond = (_req, res) => res.end('x'.repeat(2000));
    const response = await use().send(get);
    await expect(response.collect(1000)).rejects.toThrow('larger than 1000 bytes');
    // The limit of the reader is not a failure of the upstream.
    expect(target.snapshot().failures).toBe(0);
  });

  it.each([
    ['large', { 'Content-Length': '1000000' }],
    ['of unknown length', {}],
  ])('fails when a body that is %s is truncated', async (_what, head) => {
    upstream.respond = (_req, res) => {
      res.writeHead(200, head).write('half');
      setImmediate(() => res.destroy());
    };
    const response = await use().send(get);
    await expect(response.collect(1000)).rejects.toThrow();
    expect(target.snapshot().lastFailure?.reason).toBe(
      'the response was truncated: it closed the connection, UND_ERR_SOCKET',
    );
  });
});

describe('A failed call', () => {
  it('is 503 service-unreachable with Retry-After and without an address when there is no connection', async () => {
    use(once);
    await upstream.stop();
    const problem = await problemFrom(target.send(get));
    expect([problem.type.code, problem.headers]).toEqual(['service-unreachable', { 'Retry-After': '1' }]);
    expect(JSON.stringify(problem) + JSON.stringify(target.snapshot())).not.toContain('127.0.0.1');
    expect(target.snapshot().lastFailure?.reason).toBe(
      'no connection: nothing listens at its address, ECONNREFUSED',
    );
    await upstream.start();
  });

  it('is 502 bad-gateway when the connection breaks after the request was sent', async () => {
    upstream.respond = (req) => req.socket.destroy();
    expect((await problemFrom(use(once).send(get))).type.code).toBe('bad-gateway');
  });

  it('is 502 bad-gateway when the response is not HTTP', async () => {
    upstream.respond = (req) => req.socket.end('SSH-2.0\r\n\r\n');
    expect((await problemFrom(use(once).send(get))).type.code).toBe('bad-gateway');
  });

  it('is 504 upstream-timeout when no response comes in time, and its connection is closed', async () => {
    const left = new Promise((resolve) => {
      upstream.respond = (_req, res) => res.on('close', resolve);
    });
    const problem = await problemFrom(use({ attemptTimeout: 20, ...once }).send(get));
    expect(problem.type.code).toBe('upstream-timeout');
    await left;
  });
});

describe('A short response that is truncated', () => {
  const breaking = (times: number) => {
    upstream.respond = (_req, res) => {
      res.writeHead(200, { 'Content-Length': '10' }).write('half');
      if (times-- > 0) setImmediate(() => res.destroy());
      else res.end('other.');
    };
  };

  it('is requested again and never passed on', async () => {
    breaking(1);
    const response = await use().send(get);
    expect([response.status, String(await response.collect(100)), upstream.requests.length]).toEqual([
      200,
      'halfother.',
      2,
    ]);
  });

  it('becomes a 502 when the call cannot be repeated', async () => {
    breaking(1);
    expect((await problemFrom(use().send({ ...get, method: 'POST' }))).type.status).toBe(502);
    expect(upstream.requests).toHaveLength(1);
  });

  it('opens the circuit', async () => {
    breaking(3);
    use({ ...once, breaker: { kind: 'consecutive', failures: 3, halfOpenAfter: 60_000 } });
    for (let n = 0; n < 3; n++) await problemFrom(target.send(get));
    expect(target.snapshot().breaker).toBe('open');
  });

  it('has to be complete within the attempt timeout', async () => {
    upstream.respond = (_req, res) => res.writeHead(200, { 'Content-Length': '10' }).write('half');
    const problem = await problemFrom(use({ ...once, attemptTimeout: 50 }).send(get));
    expect(problem.type.status).toBe(504);
  });
});

describe('A retry', () => {
  it('repeats a call that is safe to repeat, and returns the last response', async () => {
    upstream.respond = failing(503, 502);
    expect((await use().send(get)).status).toBe(200);
    expect(upstream.requests).toHaveLength(3);
  });

  it('passes the last response on unchanged when all attempts fail', async () => {
    upstream.respond = failing(503, 503, 504, 200);
    const response = await use().send(get);
    expect([response.status, String(await response.collect(10))]).toEqual([504, 'body']);
  });

  it.each([500, 404, 429, 501])('does not repeat a %d', async (status) => {
    upstream.respond = failing(status);
    expect((await use().send(get)).status).toBe(status);
    expect(upstream.requests).toHaveLength(1);
  });

  it.each(['POST', 'PATCH'])('does not repeat a %s', async (method) => {
    upstream.respond = failing(503);
    expect((await use().send({ ...get, method, body: Buffer.from('x') })).status).toBe(503);
    upstream.respond = (req) => req.socket.destroy();
    await problemFrom(target.send({ ...get, method }));
    expect(upstream.requests).toHaveLength(2);
  });

  it('repeats a POST of which nothing was sent because there was no connection', async () => {
    use({ retry: { attempts: 10, delay: 100 } });
    await upstream.stop();
    const response = target.send({ ...get, method: 'POST', body: Buffer.from('x') });
    await eventually('it is tried again', () => target.snapshot().retries > 0);
    await upstream.start();
    expect((await response).status).toBe(200);
    expect(upstream.requests).toHaveLength(1);
  });

  it('repeats a POST with an Idempotency-Key and with its body', async () => {
    const bodies: string[] = [];
    const statuses = [503, 201];
    upstream.respond = async (req, res) => {
      bodies.push(String(Buffer.concat(await req.toArray())));
      res.writeHead(statuses.shift() ?? 0).end();
    };
    const headers = ['Idempotency-Key', 'k1'];
    const response = await use().send({ method: 'POST', path: '/', headers, body: Buffer.from('order') });
    expect([response.status, bodies]).toEqual([201, ['order', 'order']]);
  });

  it('does not repeat a streamed request', async () => {
    upstream.respond = failing(503);
    const response = await use().send({ ...get, method: 'PUT', body: Readable.from([Buffer.from('x')]) });
    expect([response.status, upstream.requests.length]).toEqual([503, 1]);
  });

  it('does not wait for a Retry-After that is later than the deadline', async () => {
    upstream.respond = (_req, res) => res.writeHead(503, { 'Retry-After': '60' }).end();
    expect((await use().send(get)).status).toBe(503);
    expect(upstream.requests).toHaveLength(1);
  });

  it('heeds a Retry-After that fits', async () => {
    let requests = 0;
    upstream.respond = (_req, res) => res.writeHead(requests++ ? 200 : 429, { 'Retry-After': '0' }).end();
    expect((await use().send(get)).status).toBe(200);
  });

  it('does not run past the deadline', async () => {
    upstream.respond = () => {};
    const policy = { deadline: 50, attemptTimeout: 30, retry: { attempts: 10, delay: 1 } };
    expect((await problemFrom(use(policy).send(get))).type.code).toBe('upstream-timeout');
    expect(upstream.requests.length).toBeLessThan(5);
  });
});

describe('The circuit breaker', () => {
  const policy = { ...once, breaker: { minimumCalls: 4, halfOpenAfter: '5s' } };
  const open = async () => {
    upstream.respond = failing(503, 503, 503, 503);
    for (let i = 0; i < 4; i++) (await use0().send(get)).discard();
  };
  let made = false;
  const use0 = () => {
    if (!made) use(policy);
    made = true;
    return target;
  };
  beforeEach(() => {
    made = false;
    jest.useFakeTimers({
      now: 1_000_000_000,
      doNotFake: [
        'nextTick',
        'setTimeout',
        'clearTimeout',
        'setInterval',
        'clearInterval',
        'setImmediate',
        'clearImmediate',
        'queueMicrotask',
        'performance',
        'hrtime',
      ],
    });
  });

  it('opens, rejects calls at once with the time until it is half open, and closes again', async () => {
    await open();
    jest.setSystemTime(1_000_001_500);
    const problem = await problemFrom(target.send(get));
    expect([problem.type.code, problem.headers]).toEqual(['circuit-open', { 'Retry-After': '4' }]);
    expect([target.snapshot().breaker, upstream.requests.length]).toEqual(['open', 4]);

    jest.setSystemTime(1_000_005_100);
    expect((await target.send(get)).status).toBe(200);
    expect(target.snapshot()).toMatchObject({
      breaker: 'closed',
      failures: 4,
      lastFailure: { reason: 'responded with 503' },
    });
  });

  it('rejects other calls at once while the half-open probe runs', async () => {
    await open();
    jest.setSystemTime(1_000_005_100);
    let finish = () => {};
    upstream.respond = (_req, res) => {
      finish = () => res.end();
    };
    const trying = target.send(get);
    expect((await problemFrom(target.send(get))).type.code).toBe('circuit-open');
    await eventually('it is tried', () => upstream.requests.length >= 5);
    finish();
    expect((await trying).status).toBe(200);
    expect(target.snapshot().breaker).toBe('closed');
  });

  it('is not closed by a probe whose client leaves', async () => {
    await open();
    jest.setSystemTime(1_000_005_100);
    upstream.respond = () => {};
    const call = target.start(get);
    await eventually('it is tried', () => upstream.requests.length >= 5);
    call.abort();
    await expect(call.response).rejects.toThrow('aborted');
    expect(target.snapshot().breaker).toBe('open');
  });

  it('counts neither a 4xx nor a call whose client leaves', async () => {
    upstream.respond = failing(400, 404, 409, 429, 422);
    for (let i = 0; i < 5; i++) (await use0().send(get)).discard();
    upstream.respond = () => {};
    for (let i = 0; i < 10; i++) {
      const call = target.start(get);
      setImmediate(() => call.abort());
      await expect(call.response).rejects.toThrow('aborted');
    }
    expect(target.snapshot()).toMatchObject({ breaker: 'closed', failures: 0 });
  });

  it('does not affect other targets', async () => {
    await open();
    const other = new Target('consumers', upstream.url, policiesOf());
    expect((await other.send(get)).status).toBe(200);
    await other.close();
  });
});

describe('The bulkhead', () => {
  it('runs some calls, queues some, and rejects the rest with 503 overloaded', async () => {
    const pending: (() => void)[] = [];
    upstream.respond = (_req, res) => pending.push(() => res.end());
    use({ ...once, bulkhead: { concurrent: 1, queued: 1 } });
    const running = target.send(get);
    const waiting = target.send(get);
    const problem = await problemFrom(target.send(get));
    expect([problem.type.code, problem.headers]).toEqual(['overloaded', { 'Retry-After': '1' }]);
    expect(target.snapshot().queued).toBe(1);
    await eventually('the first call arrives', () => pending.length >= 1);
    upstream.respond = (_req, res) => res.end();
    pending[0]?.();
    expect([(await running).status, (await waiting).status]).toEqual([200, 200]);
  });
});

describe('A client that leaves', () => {
  it('aborts the call to the target', async () => {
    const left = new Promise((resolve) => {
      upstream.respond = (_req, res) => res.on('close', resolve);
    });
    const controller = new AbortController();
    const response = use().send(get, controller.signal);
    await eventually('the call arrives', () => upstream.requests.length >= 1);
    controller.abort();
    await expect(response).rejects.toThrow('aborted');
    await left;
    expect(target.snapshot()).toMatchObject({ inFlight: 0, failures: 0 });
  });
});
