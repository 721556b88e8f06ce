/** Policies of a target, alone and in pairs, with a clock that only the tests advance. */
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { PolicyInput } from '../../src/config/policies/policy.ts';
import type { Call } from '../../src/outbound/call/call.ts';
import type { CallFailure } from '../../src/outbound/call/call-errors.ts';
import type { OutboundRequest } from '../../src/outbound/call/types.ts';
import { Target } from '../../src/outbound/target.ts';
import { atOnce, pass, until, useFakeTime } from '../support/fake-time.ts';
import { policiesOf } from '../support/policies.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';

let upstream: TestUpstream;
let target: Target;

beforeEach(async () => {
  upstream = await startUpstream();
  useFakeTime();
  // A pause is then half of its maximum.
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(async () => {
  jest.restoreAllMocks();
  jest.useRealTimers();
  await upstream.stop();
  await target.close();
});

const GET: OutboundRequest = { method: 'GET', path: '/', headers: [] };
const TIME_LEFT = 'x-envoy-expected-rq-timeout-ms';

const use = (policy: PolicyInput): Target => {
  target = new Target('orders', upstream.url, policiesOf(policy));
  return target;
};
const silent = () => {};
const respondWith =
  (status: number, headers: Record<string, string> = {}): TestUpstream['respond'] =>
  (_req, res) =>
    res.writeHead(status, headers).end();
const requestsArrive = (times: number) => until(() => upstream.requests.length === times);
const timesLeft = () => upstream.requests.map(({ headers }) => headers[TIME_LEFT]);

/** The result of a call so far: a status, the code of a problem, or undefined. */
const trackResult = (call: Call) => {
  const result: { now: string | undefined } = { now: undefined };
  call.response.then(
    (response) => {
      response.discard();
      result.now = String(response.status);
    },
    (error) => {
      result.now = error.type?.code ?? error.message;
    },
  );
  return result;
};
const start = (request: Partial<OutboundRequest> = {}) => trackResult(target.start({ ...GET, ...request }));
const settle = async (result: { now: string | undefined }): Promise<string | undefined> => {
  await until(() => result.now !== undefined);
  return result.now;
};
/** Waits until the pause before this retry has begun. */
const paused = (retry: number) => until(() => target.snapshot().retries === retry);
/** Expects exactly this pause before the retry. */
const pauses = async (retry: number, milliseconds: number): Promise<void> => {
  await paused(retry);
  pass(milliseconds - 1);
  await calm();
  expect(upstream.requests).toHaveLength(retry);
  pass(1);
};
/** Gives an event that must not happen enough time to happen. */
const calm = async () => {
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
};

describe('The attempt timeout', () => {
  it('ends an attempt to the millisecond', async () => {
    upstream.respond = silent;
    use({ attemptTimeout: 100, retry: { attempts: 0 } });
    const result = start();
    await requestsArrive(1);
    pass(99);
    await calm();
    expect(result.now).toBeUndefined();
    pass(1);
    expect(await settle(result)).toBe('upstream-timeout');
  });

  it('applies to each retry, and the last retry gets the remaining time', async () => {
    upstream.respond = silent;
    use({ deadline: 250, attemptTimeout: 100, retry: { attempts: 5, delay: 20 } });
    const result = start();
    await requestsArrive(1);
    pass(100);
    await paused(1);
    pass(10);
    await requestsArrive(2);
    pass(100);
    await paused(2);
    pass(20);
    await requestsArrive(3);
    pass(20);
    expect(await settle(result)).toBe('upstream-timeout');
    expect(timesLeft()).toEqual(['100', '100', '20']);
  });

  it('is a failure for the circuit breaker', async () => {
    upstream.respond = silent;
    use({ attemptTimeout: 100, retry: { attempts: 0 }, breaker: { kind: 'consecutive', failures: 1 } });
    const result = start();
    await requestsArrive(1);
    pass(100);
    expect(await settle(result)).toBe('upstream-timeout');
    expect(await settle(start())).toBe('circuit-open');
  });

  it('frees the place in the bulkhead for the next call, whose time begins then', async () => {
    upstream.respond = silent;
    use({ attemptTimeout: 100, retry: { attempts: 0 }, bulkhead: { concurrent: 1, queued: 1 } });
    const [first, second] = [start(), start()];
    await requestsArrive(1);
    pass(100);
    expect(await settle(first)).toBe('upstream-timeout');
    await requestsArrive(2);
    pass(99);
    await calm();
    expect(second.now).toBeUndefined();
    pass(1);
    expect(await settle(second)).toBe('upstream-timeout');
  });

  it('does not begin for a call whose deadline is over while it waits for a place', async () => {
    const held: (() => void)[] = [];
    upstream.respond = (_req, res) => held.push(() => res.end());
    use({
      deadline: 1000,
      attemptTimeout: 500,
      retry: { attempts: 0 },
      bulkhead: { concurrent: 1, queued: 5 },
    });
    const running = start();
    await requestsArrive(1);
    const waiting = start({ deadline: performance.now() + 40 });
    await until(() => target.snapshot().queued === 1);
    pass(39);
    await calm();
    expect(waiting.now).toBeUndefined();
    pass(1);
    expect(await settle(waiting)).toBe('upstream-timeout');
    held[0]?.();
    expect(await settle(running)).toBe('200');
    await calm();
    expect(upstream.requests).toHaveLength(1);
  });

  it('does not begin for a call that is aborted in the queue, which frees its place there', async () => {
    const held: (() => void)[] = [];
    upstream.respond = (_req, res) => held.push(() => res.end());
    use({ retry: { attempts: 0 }, bulkhead: { concurrent: 1, queued: 5 } });
    const running = start();
    await requestsArrive(1);
    const waiting = target.start(GET);
    await until(() => target.snapshot().queued === 1);
    waiting.end(new Error('enough'));
    await expect(waiting.response).rejects.toThrow('enough');
    expect(target.snapshot().queued).toBe(0);
    held[0]?.();
    expect(await settle(running)).toBe('200');
    await calm();
    expect(upstream.requests).toHaveLength(1);
  });

  it('is limited by a shorter deadline', async () => {
    upstream.respond = silent;
    use({ deadline: 60, attemptTimeout: 100, retry: { attempts: 2 } });
    const result = start();
    await requestsArrive(1);
    pass(60);
    expect(await settle(result)).toBe('upstream-timeout');
    expect(upstream.requests).toHaveLength(1);
  });
});

describe('The retry budget', () => {
  const spent = async (): Promise<void> => {
    upstream.respond = respondWith(503);
    // The minimum of ten retries, and a few more that the calls add to the budget.
    for (let n = 0; n < 13; n++) await settle(start());
    expect(target.snapshot().retriesRefused).toBeGreaterThan(0);
  };
  const never = { kind: 'consecutive', failures: 1000 } as const;

  it('is checked before a pause for Retry-After, so that a refused retry does not wait', async () => {
    use({ retry: { attempts: 1, delay: 0, budget: 0.2 }, breaker: never });
    await spent();
    upstream.respond = respondWith(503, { 'Retry-After': '1' });
    expect(await settle(start())).toBe('503');
  });

  it('does not count a failure twice in the circuit breaker when it refuses a retry', async () => {
    use({ retry: { attempts: 1, delay: 0, budget: 0 }, breaker: { kind: 'consecutive', failures: 24 } });
    await spent();
    expect(upstream.requests).toHaveLength(23);
    expect(target.snapshot().breaker).toBe('closed');
    await settle(start());
    expect(target.snapshot().breaker).toBe('open');
  });

  it('is not used by a call that the bulkhead rejects', async () => {
    upstream.respond = silent;
    use({
      attemptTimeout: 100,
      retry: { attempts: 1, delay: 0, budget: 0 },
      bulkhead: { concurrent: 1, queued: 0 },
    });
    start();
    await requestsArrive(1);
    for (let n = 0; n < 20; n++) expect(await settle(start())).toBe('overloaded');
    expect(target.snapshot()).toMatchObject({ retries: 0, retriesRefused: 0 });
  });
});

describe('A retry', () => {
  it('comes after a pause that doubles each time', async () => {
    upstream.respond = respondWith(503);
    use({ retry: { attempts: 2, delay: 100 } });
    const result = start();
    await pauses(1, 50);
    await pauses(2, 100);
    expect(await settle(result)).toBe('503');
    expect(upstream.requests).toHaveLength(3);
  });

  it.each([
    [429, '2'],
    [503, '2'],
    [503, '2 '],
    [503, 'in two seconds'],
  ])('after a %d waits for the time of Retry-After, in seconds or as a date', async (status, after) => {
    const date = new Date(Math.ceil(Date.now() / 1000) * 1000 + 2000);
    const value = /2/.test(after) ? after : date.toUTCString();
    const wait = /2/.test(after) ? 2000 : date.getTime() - Date.now();
    upstream.respond = respondWith(status, { 'Retry-After': value });
    use({ deadline: 5000, retry: { attempts: 1, delay: 10 } });
    const result = start();
    await paused(1);
    pass(wait - 1);
    await calm();
    expect([upstream.requests.length, result.now]).toEqual([1, undefined]);
    upstream.respond = respondWith(200);
    pass(1);
    expect(await settle(result)).toBe('200');
  });

  it.each(['-1', '1.5', 'soon', '2027-01-01'])('ignores the invalid Retry-After %s', async (after) => {
    upstream.respond = respondWith(503, { 'Retry-After': after });
    use({ retry: { attempts: 1, delay: 100 } });
    const result = start();
    await pauses(1, 50);
    expect(await settle(result)).toBe('503');
  });

  it('is not made when Retry-After leaves too little time', async () => {
    upstream.respond = respondWith(503, { 'Retry-After': '2' });
    use({ deadline: 2004, minimumTime: 5, retry: { attempts: 1 } });
    expect(await settle(start())).toBe('503');
    expect(target.snapshot()).toMatchObject({ retries: 0, retriesRefused: 0 });
  });

  it('leaves its place in the bulkhead to other calls during its pause', async () => {
    upstream.respond = respondWith(503);
    use({ retry: { attempts: 1, delay: 100 }, bulkhead: { concurrent: 1, queued: 0 } });
    const pausing = start();
    await paused(1);
    upstream.respond = respondWith(200);
    expect(await settle(start())).toBe('200');
    pass(50);
    expect(await settle(pausing)).toBe('200');
  });

  it('waits for the bulkhead no longer than to its deadline', async () => {
    upstream.respond = respondWith(503);
    use({
      deadline: 500,
      attemptTimeout: 400,
      retry: { attempts: 1, delay: 400 },
      bulkhead: { concurrent: 1 },
    });
    const retried = start();
    await paused(1);
    upstream.respond = silent;
    pass(150);
    start({ method: 'POST' });
    await requestsArrive(2);
    pass(50);
    await until(() => target.snapshot().queued === 1);
    pass(299);
    await calm();
    expect(retried.now).toBeUndefined();
    pass(1);
    expect(await settle(retried)).toBe('upstream-timeout');
    expect(upstream.requests).toHaveLength(2);
  });

  it('is not made when the client leaves during the pause', async () => {
    upstream.respond = respondWith(503);
    use({ retry: { attempts: 1, delay: 100 } });
    const call = target.start(GET);
    const result = trackResult(call);
    await paused(1);
    call.abort();
    expect(await settle(result)).toMatch('aborted');
    pass(1000);
    await calm();
    expect(upstream.requests).toHaveLength(1);
  });

  it('is not sent through a circuit that the previous attempt opened', async () => {
    upstream.respond = respondWith(503);
    use({ retry: { attempts: 2, delay: 10 }, breaker: { kind: 'consecutive', failures: 1 } });
    const result = start();
    await paused(1);
    pass(5);
    expect(await settle(result)).toBe('circuit-open');
    expect(upstream.requests).toHaveLength(1);
  });

  it('counts as a failure in the circuit breaker also when it follows Retry-After', async () => {
    upstream.respond = respondWith(503, { 'Retry-After': '1' });
    use({ retry: { attempts: 1 }, breaker: { kind: 'consecutive', failures: 2 } });
    const result = start();
    await paused(1);
    pass(1000);
    expect(await settle(result)).toBe('503');
    expect(target.snapshot().breaker).toBe('open');
  });

  it('counts as an attempt of its own in the circuit breaker', async () => {
    upstream.respond = respondWith(502);
    use({ retry: { attempts: 0 }, breaker: { kind: 'consecutive', failures: 2 } });
    await settle(start());
    expect(target.snapshot().breaker).toBe('closed');
    await settle(start());
    expect(target.snapshot()).toMatchObject({ breaker: 'open', failures: 2 });
  });
});

describe('The bulkhead', () => {
  it('rejects calls without counting them in the circuit breaker', async () => {
    upstream.respond = silent;
    use({
      attemptTimeout: 100,
      retry: { attempts: 0 },
      bulkhead: { concurrent: 1, queued: 0 },
      breaker: { kind: 'consecutive', failures: 1 },
    });
    const running = start();
    await requestsArrive(1);
    expect(await settle(start())).toBe('overloaded');
    expect(target.snapshot()).toMatchObject({ breaker: 'closed', failures: 0 });
    pass(100);
    expect(await settle(running)).toBe('upstream-timeout');
  });

  it('rejects its waiting calls when the circuit opens', async () => {
    upstream.respond = silent;
    use({
      attemptTimeout: 100,
      retry: { attempts: 0 },
      bulkhead: { concurrent: 1, queued: 1 },
      breaker: { kind: 'consecutive', failures: 1 },
    });
    start();
    await requestsArrive(1);
    const waiting = start();
    pass(100);
    expect(await settle(waiting)).toBe('circuit-open');
    expect(upstream.requests).toHaveLength(1);
  });
});

describe('A place in the queue', () => {
  it('is free as soon as the waiting call is aborted', async () => {
    upstream.respond = silent;
    use({ retry: { attempts: 0 }, bulkhead: { concurrent: 1, queued: 1 } });
    target.start(GET).response.catch(() => {});
    await requestsArrive(1);
    const gone = target.start(GET);
    const left = settle(trackResult(gone));
    expect(target.snapshot().queued).toBe(1);
    gone.abort();
    await left;
    expect(target.snapshot().queued).toBe(0);
    const next = start();
    await calm();
    expect(next.now).toBeUndefined();
    expect(await settle(start())).toBe('overloaded');
  });
});

describe('An upload', () => {
  const upload = (read: (this: Readable) => void): OutboundRequest => ({
    ...GET,
    method: 'POST',
    body: new Readable({ read }),
  });

  it('that the service does not read ends with the attempt timeout, and counts as a failure', async () => {
    upstream.respond = silent;
    use({ attemptTimeout: 100, retry: { attempts: 0 } });
    const result = start(
      upload(function read() {
        this.push(Buffer.alloc(65_536));
      }),
    );
    await requestsArrive(1);
    for (let tries = 0; result.now === undefined && tries < 100; tries++) {
      await calm();
      pass(100);
    }
    expect(result.now).toBe('upstream-timeout');
    expect(target.snapshot()).toMatchObject({ inFlight: 0, failures: 1 });
  });

  it('may be sent slowly without a time limit', async () => {
    upstream.respond = (req, res) => void req.resume().on('end', () => res.end());
    use({ attemptTimeout: 100, retry: { attempts: 0 } });
    const request = upload(() => {});
    const body = request.body as Readable;
    const result = start(request);
    body.push('a');
    await requestsArrive(1);
    await calm();
    pass(5000);
    await calm();
    expect(result.now).toBeUndefined();
    body.push(null);
    expect(await settle(result)).toBe('200');
  });

  it('is no half-open probe while another call could be one', async () => {
    upstream.respond = respondWith(502);
    use({ retry: { attempts: 0 }, breaker: { kind: 'consecutive', failures: 1, halfOpenAfter: 1000 } });
    await settle(start());
    upstream.respond = respondWith(200);
    pass(1000);
    expect(await settle(start(upload(() => {})))).toBe('circuit-open');
    expect(await settle(start())).toBe('200');
  });
});

it('Open streams do not keep other calls from a connection', async () => {
  upstream.respond = (req, res) => (req.url === '/events' ? void res.write('a') : res.end());
  use({ deadline: 1000, attemptTimeout: 500, retry: { attempts: 0 } });
  const streams = await atOnce(
    Promise.all(Array.from({ length: 150 }, () => target.send({ ...GET, path: '/events' }))),
  );
  expect(await settle(start())).toBe('200');
  for (const stream of streams) stream.abort(new Error('enough'));
});

describe('The deadline', () => {
  it('is sent to the service as the remaining time, at most the attempt timeout', async () => {
    use({ deadline: 3000, attemptTimeout: 2000 });
    await settle(start());
    await settle(start({ deadline: performance.now() + 700 }));
    await settle(start({ deadline: Number.POSITIVE_INFINITY }));
    expect(timesLeft()).toEqual(['2000', '700', '2000']);
  });

  it('of the client overrides a longer one of the policy', async () => {
    upstream.respond = silent;
    use({ retry: { attempts: 0 } });
    const result = start({ deadline: performance.now() + 50 });
    await requestsArrive(1);
    pass(50);
    expect(await settle(result)).toBe('upstream-timeout');
  });

  it('prevents an attempt when it is too near, without a failure in the circuit breaker', async () => {
    use({ minimumTime: 20, breaker: { kind: 'consecutive', failures: 1 } });
    expect(await settle(start({ deadline: performance.now() + 19 }))).toBe('upstream-timeout');
    expect(await settle(start({ deadline: performance.now() - 1 }))).toBe('upstream-timeout');
    expect(upstream.requests).toHaveLength(0);
    expect(target.snapshot()).toMatchObject({ breaker: 'closed', failures: 0 });
    expect(await settle(start({ deadline: performance.now() + 20 }))).toBe('200');
  });

  it('prevents an attempt when the bulkhead admits the call too late', async () => {
    upstream.respond = silent;
    use({
      deadline: 104,
      minimumTime: 5,
      attemptTimeout: 100,
      retry: { attempts: 0 },
      bulkhead: { concurrent: 1, queued: 1 },
    });
    start();
    await requestsArrive(1);
    const waiting = start();
    pass(100);
    expect(await settle(waiting)).toBe('upstream-timeout');
    expect([upstream.requests.length, target.snapshot().failures]).toEqual([1, 1]);
  });

  it('keeps a call that is not made from being the half-open probe', async () => {
    upstream.respond = respondWith(502);
    use({
      retry: { attempts: 0 },
      breaker: { kind: 'consecutive', failures: 1, halfOpenAfter: 1000 },
    });
    await settle(start());
    pass(1000);
    upstream.respond = respondWith(200);
    expect(await settle(start({ deadline: performance.now() }))).toBe('upstream-timeout');
    expect(target.snapshot().breaker).toBe('open');
    expect(await settle(start())).toBe('200');
    expect(target.snapshot().breaker).toBe('closed');
  });

  it('ends a response that is read whole before it is sent', async () => {
    upstream.respond = (_req, res) => void res.write('a');
    const response = await atOnce(use({ deadline: 100, attemptTimeout: 50 }).send(GET));
    const whole = response.peek(10).catch((error: CallFailure) => error.kind);
    pass(100);
    expect(await atOnce(whole)).toBe('timeout');
  });

  it('does not end a response that the client is already reading', async () => {
    let end = () => {};
    upstream.respond = (_req, res) => {
      res.write('a');
      end = () => res.end('b');
    };
    const response = await atOnce(use({ deadline: 100, attemptTimeout: 50 }).send(GET));
    const body = response.collect(10);
    pass(1000);
    end();
    expect(String(await atOnce(body))).toBe('ab');
  });
});
