/** The split of calls between URLs with weights. */
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pick } from '../../../src/outbound/instances/load-balancer.ts';
import type { Target } from '../../../src/outbound/target.ts';
import { updateTargets } from '../../../src/outbound/targets.ts';
import { policiesOf } from '../../support/policies.ts';
import { startUpstream, type TestUpstream } from '../../support/upstream.ts';

interface Stand {
  readonly group: number;
  readonly inFlight: number;
  readonly isIsolated: boolean;
  readonly isHealthy: boolean;
  readonly isOpen: boolean;
  stateOfCircuit(): 'open' | 'closed';
  isProbeDue(): boolean;
}

const stand = (group: number, state: Partial<Stand> = {}): Stand => ({
  group,
  inFlight: 0,
  isIsolated: false,
  isHealthy: true,
  isOpen: false,
  ...state,
  stateOfCircuit() {
    return this.isOpen ? 'open' : 'closed';
  },
  isProbeDue: () => false,
});

const context = (tried: readonly Stand[] = []) => ({
  circuit: 0,
  tried,
  canProbe: () => true,
  probeDelay: 0,
});

/** Picks once for each of many equal steps from 0 to 1, so that the shares are exact. */
function countPicks(
  groups: readonly { weight: number; instances: readonly Stand[] }[],
  tried?: readonly Stand[],
) {
  const steps = 1000;
  const counts = groups.map(() => 0);
  const picked = new Set<Stand | undefined>();
  for (let step = 0; step < steps; step++) {
    const one = pick(
      groups.flatMap(({ instances }) => instances),
      context(tried),
      { groups, random: () => (step + 0.5) / steps },
    );
    picked.add(one);
    if (one) counts[one.group] = (counts[one.group] ?? 0) + 1;
  }
  return { shares: counts.map((count) => count / steps), picked };
}

const weight = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.double({ min: 0.01, max: 100, noNaN: true }));
const state = fc.record({
  isIsolated: fc.boolean(),
  isHealthy: fc.boolean(),
  isOpen: fc.boolean(),
  inFlight: fc.nat(5),
});

describe('The split by weights', () => {
  it('Each URL gets its share, whatever its number of addresses and their load', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(weight, fc.array(fc.nat(5), { minLength: 1, maxLength: 4 })), {
          minLength: 2,
          maxLength: 5,
        }),
        (entries) => {
          const groups = entries.map(([share, loads], group) => ({
            weight: share,
            instances: loads.map((inFlight) => stand(group, { inFlight })),
          }));
          const total = entries.reduce((sum, [share]) => sum + share, 0);
          const { shares } = countPicks(groups);
          for (const [index, [share]] of entries.entries())
            expect(Math.abs((shares[index] ?? 0) - share / total)).toBeLessThanOrEqual(0.001 + 1e-9);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('The shares of URLs that are not available go to the others by their weights', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(weight, fc.array(state, { minLength: 1, maxLength: 3 })), {
          minLength: 2,
          maxLength: 4,
        }),
        (entries) => {
          const groups = entries.map(([share, states], group) => ({
            weight: share,
            instances: states.map((one) => stand(group, one)),
          }));
          const all = groups.flatMap(({ instances }) => instances);
          const closed = all.filter((one) => !one.isIsolated && !one.isOpen);
          const healthy = closed.filter((one) => one.isHealthy);
          const usable = healthy.length > 0 ? healthy : closed;
          const { shares, picked } = countPicks(groups);
          for (const one of picked)
            expect(one === undefined ? usable.length === 0 : usable.includes(one)).toBe(true);
          const open = groups.map(({ weight: share, instances }) =>
            instances.some((one) => usable.includes(one)) ? share : 0,
          );
          const total = open.reduce((sum, share) => sum + share, 0);
          for (const [index, share] of open.entries())
            expect(Math.abs((shares[index] ?? 0) - (total === 0 ? 0 : share / total))).toBeLessThanOrEqual(
              0.001 + 1e-9,
            );
        },
      ),
      { numRuns: 100 },
    );
  });

  it('A retry goes to an instance that was not tried, also with a low weight', () => {
    const stable = stand(0);
    const canary = stand(1);
    const groups = [
      { weight: 99, instances: [stable] },
      { weight: 1, instances: [canary] },
    ];
    expect(countPicks(groups, [stable]).shares).toEqual([0, 1]);
    expect(countPicks(groups, [stable, canary]).shares).toEqual([0.99, 0.01]);
  });
});

describe('A target with weights', () => {
  let upstreams: TestUpstream[] = [];
  const targets: Target[] = [];
  afterEach(async () => {
    await Promise.all(targets.splice(0).map((target) => target.close()));
    await Promise.all(upstreams.splice(0).map((upstream) => upstream.stop()));
  });

  it('The calls are counted for each instance, and the weights are in the snapshot, also after a reload', async () => {
    upstreams = await Promise.all([startUpstream(), startUpstream()]);
    const urls = upstreams.map(({ url }) => url);
    const service = (weights?: readonly number[]) => [{ name: 'a', urls, weights, ...policiesOf() }];
    const call = async (target: Target, count: number) => {
      for (let i = 0; i < count; i++)
        (await target.send({ method: 'GET', path: '/', headers: [] })).discard();
    };
    const first = updateTargets(service([1_000_000, 1e-9]));
    const target = first.get('a') as Target;
    targets.push(target);
    await call(target, 20);
    expect(upstreams.map(({ requests }) => requests.length)).toEqual([20, 0]);
    expect(target.snapshot().instances.map(({ weight: share, requests }) => [share, requests])).toEqual([
      [1_000_000, 20],
      [1e-9, 0],
    ]);

    const changed = updateTargets(service([1e-9, 1_000_000]), first).get('a') as Target;
    targets.push(changed);
    expect(changed.instances).toEqual(target.instances);
    await call(changed, 20);
    expect(upstreams.map(({ requests }) => requests.length)).toEqual([20, 20]);
    const same = updateTargets(service(), new Map([['a', changed]])).get('a') as Target;
    targets.push(same);
    expect(same.snapshot().instances.every((one) => !('weight' in one))).toBe(true);
  });
});
