/** The instances of one URL while the addresses of its host name change. */
import type { LookupAddress } from 'node:dns';
import { describe, expect, it, jest } from '@jest/globals';
import {
  Endpoint,
  type EndpointOptions,
  freeId,
  type Owner,
} from '../../../src/outbound/instances/endpoint.ts';
import { Instance } from '../../../src/outbound/instances/instance.ts';
import { ServiceResilience } from '../../../src/outbound/resilience/resilience.ts';
import { fakeTimeInEachTest, pass } from '../../support/fake-time.ts';
import { policiesOf } from '../../support/policies.ts';

const INTERVAL = 10_000;
const SOONEST = 250;

fakeTimeInEachTest();

const turns = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
};
const at = (...addresses: string[]): LookupAddress[] => addresses.map((address) => ({ address, family: 4 }));

const begin = (options: Partial<EndpointOptions> = {}) => {
  const lookups: string[] = [];
  let found: () => Promise<readonly LookupAddress[]> = async () => [];
  const endpoint = new Endpoint({
    id: 'a',
    url: 'http://things:8080',
    connectTimeout: 100,
    headBytes: 1000,
    health: undefined,
    circuits: new ServiceResilience(policiesOf()).circuits,
    interval: INTERVAL,
    lookup: (host) => {
      lookups.push(host);
      return found();
    },
    ...options,
  });
  const owner = () => {
    const one = {
      canReplace: () => true,
      hasMultipleInstances: false,
      changes: 0,
      onInstancesChange: () => {
        one.changes += 1;
      },
    };
    return one satisfies Owner;
  };
  return {
    endpoint,
    lookups,
    owner,
    /** Sets the result of all following lookups. */
    lookupReturns: (...addresses: string[]) => {
      found = async () => at(...addresses);
    },
    lookupRuns: (next: typeof found) => {
      found = next;
    },
    /** Waits for the next lookup of the addresses. */
    lookUpAgain: async () => {
      await turns();
      pass(INTERVAL);
      await turns();
    },
    listed: () => endpoint.instances.map(({ id, address }) => `${id} ${address}`),
  };
};

describe('An endpoint', () => {
  it.each([
    [0, 900],
    [0.5, 1000],
    [1, 1100],
  ])(
    'looks its host name up when it begins, and after its interval, at random %d',
    async (random, milliseconds) => {
      jest.spyOn(Math, 'random').mockReturnValue(random);
      const { endpoint, lookups, owner } = begin({ interval: 1000 });
      const one = owner();
      expect(lookups).toEqual([]);
      endpoint.join(one);
      endpoint.join(owner());
      await turns();
      expect(lookups).toEqual(['things']);
      pass(milliseconds - 1);
      expect(lookups).toHaveLength(1);
      pass(1);
      expect(lookups).toHaveLength(2);
    },
  );

  it.each([
    ['whose interval is 0', { interval: 0 }],
    ['that is an address', { url: 'http://10.0.0.1' }],
    ['that is an IPv6 address', { url: 'http://[::1]:80' }],
    ['on this machine', { url: 'http://localhost:80' }],
  ])('with %s is never looked up, and is one instance', async (_what, options) => {
    const { endpoint, lookups, owner, listed } = begin(options);
    endpoint.join(owner());
    await turns();
    endpoint.onUnreachable();
    pass(10 * INTERVAL);
    expect([lookups, listed()]).toEqual([[], ['a undefined']]);
  });

  it('has an instance for each of several addresses, with the lowest free ids', async () => {
    const { endpoint, owner, lookupReturns, lookUpAgain, listed } = begin();
    const owners = [owner(), owner()] as const;
    const changes = () => owners.map((one) => one.changes);
    for (const one of owners) endpoint.join(one);
    const steps: [readonly string[], readonly string[], number][] = [
      [['1'], ['a undefined'], 0],
      [['1', '2'], ['a.1 1', 'a.2 2'], 1],
      [['2', '1'], ['a.1 1', 'a.2 2'], 1],
      [['2', '3'], ['a.2 2', 'a.1 3'], 2],
      // A lookup without addresses keeps the last result.
      [[], ['a.2 2', 'a.1 3'], 2],
      [['2', '3', '4'], ['a.2 2', 'a.1 3', 'a.3 4'], 3],
      [['4'], ['a.3 4'], 4],
      [['5'], ['a.1 5'], 5],
    ];
    for (const [addresses, expected, count] of steps) {
      lookupReturns(...addresses);
      await lookUpAgain();
      expect([listed(), changes()]).toEqual([expected, [count, count]]);
    }
  });

  it('keeps the instances whose addresses stay, and closes the others', async () => {
    const { endpoint, owner, lookupReturns, lookUpAgain } = begin();
    endpoint.join(owner());
    lookupReturns('1', '2');
    await lookUpAgain();
    const [one, two] = endpoint.instances;
    const closed = endpoint.instances.map((instance) => jest.spyOn(instance, 'close'));
    lookupReturns('2', '3');
    await lookUpAgain();
    expect(endpoint.instances[0]).toBe(two);
    expect(endpoint.instances).not.toContain(one);
    expect(closed.map(({ mock }) => mock.calls.length)).toEqual([1, 0]);
  });

  it('keeps its instances when a lookup fails, and continues its lookups', async () => {
    const { endpoint, lookups, owner, lookupReturns, lookupRuns, lookUpAgain, listed } = begin();
    endpoint.join(owner());
    lookupReturns('1', '2');
    await lookUpAgain();
    lookupRuns(() => Promise.reject(new Error('no name server')));
    await lookUpAgain();
    expect(listed()).toEqual(['a.1 1', 'a.2 2']);
    const before = lookups.length;
    lookupReturns('1', '2', '3');
    await lookUpAgain();
    expect([lookups.length, listed().length]).toEqual([before + 1, 3]);
  });

  it('reconnects when its single address changes, and only then', async () => {
    const { endpoint, owner, lookupReturns, lookUpAgain } = begin();
    endpoint.join(owner());
    const [instance] = endpoint.instances;
    const reconnect = jest.spyOn(instance as never as { reconnect(): Promise<void> }, 'reconnect');
    const counts: number[] = [];
    for (const addresses of [['1'], ['1'], ['2'], [], ['2'], ['1']]) {
      lookupReturns(...addresses);
      await lookUpAgain();
      counts.push(reconnect.mock.calls.length);
    }
    expect(counts).toEqual([0, 0, 1, 1, 1, 2]);
    expect(endpoint.instances).toEqual([instance]);
  });
});

describe('An endpoint that cannot be reached', () => {
  it('is looked up soon, but only once and not right after the last lookup', async () => {
    const { endpoint, lookups, owner } = begin();
    endpoint.join(owner());
    await turns();
    pass(100);
    endpoint.onUnreachable();
    endpoint.onUnreachable();
    pass(SOONEST - 101);
    expect(lookups).toHaveLength(1);
    endpoint.onUnreachable();
    pass(1);
    await turns();
    expect(lookups).toHaveLength(2);
    pass(SOONEST);
    expect(lookups).toHaveLength(2);
    endpoint.onUnreachable();
    pass(0);
    await turns();
    expect(lookups).toHaveLength(3);
  });

  it('is looked up no later than without a failed connection', async () => {
    const { endpoint, lookups, owner } = begin({ interval: 50 });
    endpoint.join(owner());
    await turns();
    endpoint.onUnreachable();
    pass(50);
    expect(lookups).toHaveLength(2);
  });

  it('is not looked up before it has an owner, nor during another lookup', async () => {
    const { endpoint, lookups, owner, lookupRuns } = begin();
    endpoint.onUnreachable();
    pass(INTERVAL);
    expect(lookups).toEqual([]);
    lookupRuns(() => new Promise(() => {}));
    endpoint.join(owner());
    endpoint.onUnreachable();
    pass(INTERVAL);
    expect(lookups).toHaveLength(1);
  });

  it('is not looked up again during a scheduled lookup', async () => {
    const { endpoint, lookups, owner, lookupRuns } = begin();
    endpoint.join(owner());
    await turns();
    lookupRuns(() => new Promise(() => {}));
    pass(INTERVAL);
    endpoint.onUnreachable();
    pass(INTERVAL);
    expect(lookups).toHaveLength(2);
  });
});

describe('An endpoint that is left', () => {
  it('closes when its last owner leaves', async () => {
    const { endpoint, lookups, owner } = begin();
    const [one, two, stranger] = [owner(), owner(), owner()];
    endpoint.join(one);
    endpoint.join(two);
    await turns();
    const close = jest.spyOn(endpoint.instances[0] as never as { close(): Promise<void> }, 'close');
    await endpoint.leave(stranger);
    await endpoint.leave(one);
    await endpoint.leave(one);
    expect([close.mock.calls.length, jest.getTimerCount()]).toEqual([0, 1]);
    await endpoint.leave(two);
    await endpoint.leave(two);
    pass(10 * INTERVAL);
    expect([close.mock.calls.length, jest.getTimerCount(), lookups.length]).toEqual([1, 0, 1]);
  });

  it('ignores the result of a lookup that ends later', async () => {
    const { endpoint, owner, lookupRuns, listed } = begin();
    const found = Promise.withResolvers<readonly LookupAddress[]>();
    lookupRuns(() => found.promise);
    const one = owner();
    endpoint.join(one);
    await endpoint.leave(one);
    found.resolve(at('1', '2'));
    await turns();
    expect([listed(), one.changes, jest.getTimerCount()]).toEqual([['a undefined'], 0, 0]);
  });

  it('waits until its instances are closed', async () => {
    const { endpoint, owner } = begin();
    const one = owner();
    endpoint.join(one);
    const closing = Promise.withResolvers<void>();
    jest
      .spyOn(endpoint.instances[0] as never as { close(): Promise<void> }, 'close')
      .mockReturnValue(closing.promise);
    let isLeft = false;
    const left = endpoint.leave(one).then(() => {
      isLeft = true;
    });
    await turns();
    expect(isLeft).toBe(false);
    closing.resolve();
    await left;
  });
});

describe('The health of an endpoint', () => {
  /** Counts the connections for checks that were opened and closed. */
  const watching = () => {
    const counts = { begun: 0, ended: 0 };
    const pool = (connections?: number | null) => ({
      request: () => new Promise(() => {}),
      close: async () => {},
      destroy: async () => {
        counts.ended += connections === 1 ? 1 : 0;
      },
    });
    jest.spyOn(Instance.prototype, 'connect').mockImplementation((connections) => {
      counts.begun += connections === 1 ? 1 : 0;
      return pool(connections) as never;
    });
    return counts;
  };
  const health = { path: '/well', every: 1000, timeout: 100, unhealthy: 1, healthy: 1 };

  it('is checked once for each instance, at its address, while the instance exists', async () => {
    const counts = watching();
    const { endpoint, owner, lookupReturns, lookUpAgain } = begin({ health });
    const owners = [owner(), owner()] as const;
    const counted = () => [endpoint.instances.length, counts.begun, counts.ended];
    expect(counted()).toEqual([1, 0, 0]);
    for (const one of owners) endpoint.join(one);
    expect(counted()).toEqual([1, 1, 0]);
    const steps: [readonly string[], readonly number[]][] = [
      [['1'], [1, 1, 0]],
      [['2'], [1, 2, 1]],
      [
        ['2', '3'],
        [2, 4, 2],
      ],
      [
        ['3', '2'],
        [2, 4, 2],
      ],
      [
        ['3', '4'],
        [2, 5, 3],
      ],
    ];
    for (const [addresses, expected] of steps) {
      lookupReturns(...addresses);
      await lookUpAgain();
      expect(counted()).toEqual(expected);
    }
    await endpoint.leave(owners[0]);
    expect(counted()).toEqual([2, 5, 3]);
    await endpoint.leave(owners[1]);
    expect(counted()).toEqual([2, 5, 5]);
  });

  it('is not checked without a configured check', async () => {
    const counts = watching();
    const { endpoint, owner, lookupReturns, lookUpAgain } = begin();
    endpoint.join(owner());
    lookupReturns('1', '2');
    await lookUpAgain();
    expect(counts.begun).toBe(0);
  });
});

describe('An isolation', () => {
  it('stays with its address when the host name gets more addresses', async () => {
    for (const before of ['1', '9']) {
      const { endpoint, owner, lookupReturns, lookUpAgain } = begin();
      endpoint.join(owner());
      lookupReturns(before);
      await lookUpAgain();
      endpoint.instances[0]?.isolate();
      lookupReturns('1', '2');
      await lookUpAgain();
      expect(endpoint.instances.map(({ isIsolated }) => isIsolated)).toEqual([before === '1', false]);
    }
  });

  it('stays with its instance, id and address in the next endpoint of the URL', async () => {
    const { endpoint, owner, lookupReturns, lookUpAgain, listed } = begin();
    endpoint.join(owner());
    lookupReturns('1', '2');
    await lookUpAgain();
    endpoint.instances[1]?.isolate();
    const next = begin({ previous: endpoint });
    expect(next.listed()).toEqual(listed());
    expect(next.endpoint.instances.map(({ isolatedSince }) => isolatedSince)).toEqual([
      undefined,
      endpoint.instances[1]?.isolatedSince,
    ]);
    // An endpoint without lookups is one instance again.
    expect(begin({ previous: endpoint, interval: 0 }).listed()).toEqual(['a undefined']);
  });

  it('of the only instance stays in the next endpoint', () => {
    const { endpoint } = begin();
    endpoint.instances[0]?.isolate();
    const next = begin({ previous: endpoint }).endpoint.instances;
    expect(next.map(({ id, isIsolated }) => [id, isIsolated])).toEqual([['a', true]]);
  });
});

it.each([
  [[], 'a.1'],
  [['a.1'], 'a.2'],
  [['a.2'], 'a.1'],
  [['a.1', 'a.2', 'a.4'], 'a.3'],
  [['b.1'], 'a.1'],
])('The lowest free id beside %j is %s', (taken, free) => {
  expect(freeId('a.', new Set(taken))).toBe(free);
});
