import { describe, expect, it } from '@jest/globals';
import { History, INTERVAL } from '../../../../src/gateway/portal/status/history.ts';

const orders = { name: 'orders', requests: 0, failures: 0, breaker: 'closed' } as const;
const seen = (...looks: object[]) => {
  const history = new History();
  for (const [n, look] of looks.entries()) history.record([{ ...orders, ...look }], n * INTERVAL);
  return history.of('orders');
};

describe('The history of a service', () => {
  it('The history has rates per second between two samples', () => {
    expect(seen({ requests: 100, failures: 7 }, { requests: 120, failures: 9, breaker: 'open' })).toEqual([
      { at: INTERVAL, requests: 10, failures: 1, p99: undefined, breaker: 'open' },
    ]);
  });

  it('The history has no latency for intervals without calls', () => {
    const latency = { p50: 1, p99: 9 };
    const points = seen({}, { requests: 1, latency }, { requests: 1, latency });
    expect(points.map(({ p99 }) => p99)).toEqual([9, undefined]);
  });

  it('The history continues after counters were reset', () => {
    expect(seen({ requests: 100 }, { requests: 4 }).map(({ requests }) => requests)).toEqual([2]);
  });

  it('The history keeps the latest ten minutes', () => {
    const points = seen(...Array.from({ length: 400 }, (_, n) => ({ requests: n * n })));
    expect(points).toHaveLength(300);
    expect(points.at(-1)?.at).toBe(399 * INTERVAL);
  });

  it('The history of a removed service is deleted', () => {
    const history = new History();
    for (const at of [0, INTERVAL]) history.record([orders], at);
    expect(history.of('orders')).toHaveLength(1);
    history.record([], 2 * INTERVAL);
    expect(history.of('orders')).toEqual([]);
  });
});
