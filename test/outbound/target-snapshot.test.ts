/** The snapshot of a target for each state of its instances. */
import { describe, expect, it } from '@jest/globals';
import { Statistics } from '../../src/outbound/instances/statistics.ts';
import type { BreakerState } from '../../src/outbound/resilience/breaker.ts';
import { breakerForMostClients, halfOpenAt, snapshotOf } from '../../src/outbound/target-snapshot.ts';

interface InstanceState {
  readonly state?: BreakerState;
  readonly isHealthy?: boolean;
  readonly isolatedSince?: string;
  /** Milliseconds since the epoch. */
  readonly openUntil?: number;
  /** The only client for which the circuit is in this state, if not for all. */
  readonly onlyClient?: string;
  /** The state of each circuit. */
  readonly states?: readonly BreakerState[];
}

const SINCE = '2026-01-01T00:00:00.000Z';

const instance = (
  {
    state = 'closed',
    isHealthy = true,
    isolatedSince,
    openUntil = 0,
    onlyClient,
    states,
  }: InstanceState = {},
  id = '1',
) => {
  const seenBy = (client: string | undefined, one: BreakerState) =>
    onlyClient === undefined || client === onlyClient ? one : 'closed';
  return {
    id,
    state,
    isHealthy,
    isolatedSince,
    openUntil,
    statistics: new Statistics(),
    isIsolated: isolatedSince !== undefined,
    onlyClient,
    stateFor: (client?: string) => seenBy(client, state),
    stateOfCircuit: (circuit: number, client?: string) => seenBy(client, states?.[circuit] ?? state),
    onlyClientsOfCircuit: () => (onlyClient === undefined ? [] : [onlyClient]),
    openUntilOfCircuit: (circuit: number) => openUntil + circuit,
  } as never;
};

const snapshot = (
  all: readonly InstanceState[],
  {
    operations = {},
    own = [],
    statistics = new Statistics(),
  }: { operations?: Record<string, number>; own?: string[]; statistics?: Statistics } = {},
) =>
  snapshotOf({
    name: 'things',
    instances: all.map((one, index) => instance(one, String(index + 1))),
    statistics,
    resilience: {
      budget: { retries: 3, refused: 4 },
      queued: 5,
      operationCircuits: new Map(Object.entries(operations)),
      ownCircuits: new Set(own),
    } as never,
  });

const working: InstanceState = {};
const ejected: InstanceState = { state: 'open', openUntil: 5000 };
const later: InstanceState = { state: 'open', openUntil: 9000 };
const trial: InstanceState = { state: 'half-open' };
const isolated: InstanceState = { isolatedSince: SINCE };

describe('The snapshot of an instance', () => {
  it.each<[InstanceState, object]>([
    [working, { state: 'working' }],
    [{ isHealthy: false }, { state: 'unhealthy' }],
    [trial, { state: 'trial' }],
    [{ ...trial, isHealthy: false }, { state: 'trial' }],
    [ejected, { state: 'ejected', ejectedUntil: '1970-01-01T00:00:05.000Z' }],
    [isolated, { state: 'isolated', isolatedSince: SINCE }],
    [
      { ...ejected, onlyClient: '192.0.2.1' },
      { state: 'ejected', isForOneClient: true, ejectedUntil: '1970-01-01T00:00:05.000Z' },
    ],
    [
      { ...ejected, onlyClient: '192.0.2.1', ...isolated },
      { state: 'isolated', isolatedSince: SINCE },
    ],
    [
      { ...ejected, ...isolated },
      { state: 'isolated', isolatedSince: SINCE },
    ],
    [
      { ...isolated, isHealthy: false },
      { state: 'isolated', isolatedSince: SINCE },
    ],
  ])('in the state %j contains no more than %j', (result, expected) => {
    expect(snapshot([result]).instances).toStrictEqual([
      { id: '1', ...expected, inFlight: 0, requests: 0, failures: 0 },
    ]);
  });
});

describe('The snapshot of a target', () => {
  it.each<[string, readonly InstanceState[], BreakerState, string | undefined]>([
    ['one that works', [ejected, working, trial], 'closed', undefined],
    ['one that is tried', [ejected, trial], 'half-open', undefined],
    ['none that takes calls', [later, ejected], 'open', '1970-01-01T00:00:05.000Z'],
    ['one that works and is isolated', [isolated, later], 'open', '1970-01-01T00:00:09.000Z'],
    [
      'one that is ejected and isolated',
      [{ ...ejected, ...isolated }, later],
      'open',
      '1970-01-01T00:00:09.000Z',
    ],
    ['only isolated ones', [isolated, isolated], 'open', undefined],
  ])('with %s has a breaker that is %3$s', (_what, all, breaker, retryAt) => {
    const result = snapshot(all);
    expect([result.breaker, result.retryAt, 'retryAt' in result]).toEqual([
      breaker,
      retryAt,
      retryAt !== undefined,
    ]);
  });

  it('lists the circuits of operations that have their own policy or are not closed', () => {
    const states: BreakerState[] = ['closed', 'closed', 'open', 'half-open', 'open'];
    const operations = { one: 1, two: 2, three: 3 };
    expect(snapshot([{ states }], { operations }).circuits).toEqual([
      { operationId: 'two', breaker: 'open' },
      { operationId: 'three', breaker: 'half-open' },
    ]);
    expect(snapshot([{ states }], { operations: { one: 1 }, own: ['one'] }).circuits).toEqual([
      { operationId: 'one', breaker: 'closed' },
    ]);
    expect(snapshot([{ states }], { operations: { one: 1 } })).not.toHaveProperty('circuits');
    // Another instance accepts the calls of the operation; an isolated one does not.
    expect(snapshot([{ states }, working], { operations })).not.toHaveProperty('circuits');
    expect(snapshot([{ states }, isolated], { operations }).circuits).toHaveLength(2);
  });

  it('says which circuits are open for one client alone, and does not name the client', () => {
    const states: BreakerState[] = ['closed', 'open', 'half-open', 'closed'];
    const operations = { one: 1, two: 2, three: 3 };
    const forA = { ...ejected, states, onlyClient: '192.0.2.1' };
    const result = snapshot([forA], { operations });
    expect(result).toMatchObject({ breaker: 'open', isForOneClient: true });
    expect(breakerForMostClients(result)).toBe('closed');
    expect(result.circuits).toEqual([
      { operationId: 'one', breaker: 'open', isForOneClient: true },
      { operationId: 'two', breaker: 'half-open', isForOneClient: true },
    ]);
    expect(JSON.stringify(result)).not.toContain('192.0.2.1');
    // The circuit is open for all clients at one instance and for one client at the other, so it is open for that client.
    const forAll = { ...ejected, states };
    expect(snapshot([forAll, forA], { operations })).toMatchObject({ breaker: 'open', isForOneClient: true });
    // Two clients whose circuits are open at one instance each use the other instance.
    const forB = { ...forA, onlyClient: '192.0.2.2' };
    for (const all of [
      [forA, forB],
      [forA, working],
    ]) {
      const well = snapshot(all, { operations });
      expect([well.breaker, well.isForOneClient, well.circuits]).toEqual(['closed', undefined, undefined]);
    }
  });

  it('has the counters, and the latest failure and the latency where there are any', () => {
    const statistics = new Statistics();
    expect(snapshot([], { statistics })).toStrictEqual({
      name: 'things',
      breaker: 'open',
      inFlight: 0,
      requests: 0,
      failures: 0,
      queued: 5,
      retries: 3,
      retriesRefused: 4,
      recentFailures: [],
      instances: [],
    });
    statistics.requests = 2;
    statistics.inFlight = 1;
    for (const milliseconds of [1, 2, 3, 4]) statistics.recordLatency(milliseconds);
    statistics.recordFailure('first', 'getThing');
    statistics.recordFailure('second', 'getThing');
    const result = snapshot([], { statistics });
    expect(result).toMatchObject({
      inFlight: 1,
      requests: 2,
      failures: 2,
      latency: { p50: 3, p99: 4 },
      recentFailures: [{ reason: 'second', operationId: 'getThing' }, { reason: 'first' }],
    });
    expect(result.lastFailure).toEqual({ at: expect.any(String), reason: 'second' });
  });
});

it('A circuit becomes half open when its first instance in service may be probed', () => {
  const all = [later, ejected, { ...isolated, openUntil: 1 }].map((one) => instance(one));
  expect(halfOpenAt(all, 2)).toBe(5002);
  expect(halfOpenAt([instance(isolated)], 2)).toBeUndefined();
});
