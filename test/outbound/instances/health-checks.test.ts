/** The health of an instance after each response to a check. */
import { Readable } from 'node:stream';
import { describe, expect, it, jest } from '@jest/globals';
import { watchHealth } from '../../../src/outbound/instances/health-checks.ts';
import type { Instance } from '../../../src/outbound/instances/instance.ts';
import { fakeTimeInEachTest, pass, until } from '../../support/fake-time.ts';

const EVERY = 1000;
const TIMEOUT = 100;
const MOST_BYTES = 65_536;

fakeTimeInEachTest();

/** A status with a body. Undefined means no response, an error means a failed connection. */
type CheckResponse = readonly [status: number, body?: string | Readable] | undefined | Error;

const watch = (counts: { unhealthy?: number; healthy?: number } = {}) => {
  const instance = { isHealthy: true, dependencies: [] as readonly object[] } as unknown as Instance;
  const requests: { method: string; path: string }[] = [];
  const connections: (number | null)[] = [];
  let nextResponse: CheckResponse;
  let destroyed = 0;
  const connection = {
    request: ({ signal, ...request }: { method: string; path: string; signal: AbortSignal }) => {
      requests.push(request);
      if (nextResponse instanceof Error) return Promise.reject(nextResponse);
      if (nextResponse === undefined)
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      const [statusCode, body = ''] = nextResponse;
      return Promise.resolve({
        statusCode,
        body: body instanceof Readable ? body : Readable.from(body === '' ? [] : [Buffer.from(body)]),
      });
    },
    destroy: async () => {
      destroyed += 1;
    },
  };
  (instance as { connect: unknown }).connect = (count: number | null) => {
    connections.push(count);
    return connection;
  };
  let end: (() => Promise<void>) | undefined;
  return {
    instance,
    requests,
    connections,
    destroyed: () => destroyed,
    /** Sends the next response, and waits for its effects. */
    respondWith: async (next: CheckResponse) => {
      nextResponse = next;
      if (end === undefined)
        end = watchHealth(instance, {
          path: '/well',
          every: EVERY,
          timeout: TIMEOUT,
          unhealthy: 1,
          healthy: 1,
          ...counts,
        });
      else pass(EVERY);
      if (nextResponse === undefined) {
        await until(() => jest.getTimerCount() > 0);
        pass(TIMEOUT);
      }
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    },
    end: () => end?.(),
  };
};

describe('A checked instance', () => {
  it.each<[CheckResponse, boolean]>([
    [[199], false],
    [[200], true],
    [[204], true],
    [[299], true],
    [[300], false],
    [[404], false],
    [[500], false],
    [[503], false],
    [undefined, false],
    [new Error('closed'), false],
  ])('is healthy after the response %j: %s', async (nextResponse, isWell) => {
    const { respondWith, instance, requests, connections, end } = watch();
    for (const before of [true, false]) {
      instance.isHealthy = before;
      await respondWith(nextResponse);
      expect(instance.isHealthy).toBe(isWell);
    }
    expect(requests).toEqual([
      { method: 'GET', path: '/well' },
      { method: 'GET', path: '/well' },
    ]);
    expect(connections).toEqual([1]);
    await end();
  });

  it.each<[string, readonly CheckResponse[], readonly boolean[]]>([
    ['bad ones in a row', [[500], [404], undefined], [true, true, false]],
    [
      'good ones between bad ones',
      [[500], [500], [200], [500], [500], [500]],
      [true, true, true, true, true, false],
    ],
    ['one 503', [[503]], [false]],
    ['one 503 after others', [[500], [503]], [true, false]],
    ['good ones in a row', [[503], [200], [200]], [false, false, true]],
    ['bad ones between good ones', [[503], [200], [500], [200], [200]], [false, false, false, false, true]],
    [
      'a row of its own after a change',
      [[503], [200], [200], [500], [500], [500]],
      [false, false, true, true, true, false],
    ],
  ])('changes its health after %s', async (_what, all, expected) => {
    const { respondWith, instance, end } = watch({ unhealthy: 3, healthy: 2 });
    const states: boolean[] = [];
    for (const nextResponse of all) {
      await respondWith(nextResponse);
      states.push(instance.isHealthy);
    }
    expect(states).toEqual(expected);
    await end();
  });

  it('is checked again after the interval, varied by a tenth', async () => {
    for (const [random, milliseconds] of [
      [0, 900],
      [0.5, 1000],
      [1, 1100],
    ] as const) {
      jest.spyOn(Math, 'random').mockReturnValue(random);
      const { respondWith, requests, end } = watch();
      await respondWith([200]);
      pass(milliseconds - 1);
      expect(requests).toHaveLength(1);
      pass(1);
      expect(requests).toHaveLength(2);
      await end();
    }
  });

  it('is not checked after the end of the checks, and the connection is closed', async () => {
    const { respondWith, requests, destroyed, end } = watch();
    await respondWith([200]);
    await end();
    expect(jest.getTimerCount()).toBe(0);
    pass(10 * EVERY);
    expect([requests.length, destroyed()]).toEqual([1, 1]);
  });

  it('keeps its health when the checks end before its response', async () => {
    const { respondWith, instance, requests, end } = watch();
    await respondWith([200]);
    const ended = respondWith([500]);
    await end();
    await ended;
    pass(10 * EVERY);
    expect([instance.isHealthy, requests.length, jest.getTimerCount()]).toEqual([true, 2, 0]);
  });
});

describe('The dependencies that an instance reports', () => {
  const body = (name: string, length = 0) => {
    const text = JSON.stringify({ checks: { [`${name}:x`]: [{ status: 'fail' }] } });
    return text + ' '.repeat(Math.max(0, length - text.length));
  };
  const names = ({ dependencies }: Instance) => dependencies.map(({ name }) => name);

  it('stay until it reports others or becomes unhealthy', async () => {
    const { respondWith, instance, end } = watch({ unhealthy: 2 });
    const reported: string[][] = [];
    for (const nextResponse of [
      [200, body('a')],
      [200],
      [200, body('b')],
      [500],
      [500],
      [200],
    ] as CheckResponse[]) {
      await respondWith(nextResponse);
      reported.push(names(instance));
    }
    expect(reported).toEqual([['a'], ['a'], ['b'], ['b'], [], []]);
    await respondWith([503, body('c')]);
    expect(names(instance)).toEqual(['c']);
    await end();
  });

  it('are read unless the body is too long', async () => {
    const { respondWith, instance, end } = watch();
    await respondWith([200, body('a', MOST_BYTES)]);
    expect(names(instance)).toEqual(['a']);
    await respondWith([200, body('b', MOST_BYTES + 1)]);
    expect([names(instance), instance.isHealthy]).toEqual([['a'], true]);
    await end();
  });

  it('are not read from an endless body', async () => {
    const { respondWith, instance, end } = watch();
    let pieces = 0;
    const endless = new Readable({
      read() {
        pieces += 1;
        this.push(Buffer.alloc(MOST_BYTES / 4, ' '));
      },
    });
    instance.isHealthy = false;
    await respondWith([200, endless]);
    expect([instance.isHealthy, endless.destroyed]).toEqual([true, true]);
    expect(pieces).toBeLessThan(20);
    await end();
  });
});
