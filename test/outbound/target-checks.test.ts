import { expect, it } from '@jest/globals';
import { targetChecks } from '../../src/outbound/target-checks.ts';

const instance = (id: string, state: string) => ({ id, state }) as never;

it('The check of a called service passes while its circuit is closed and its instances work, and warns otherwise', () => {
  const component = { componentType: 'component' };
  expect(
    targetChecks({
      name: 'orders',
      breaker: 'half-open',
      latency: { p50: 5, p99: 9 },
      instances: [instance('1', 'working'), instance('2', 'ejected')],
    }),
  ).toEqual({
    'orders:breaker': [{ ...component, status: 'warn', observedValue: 'half-open' }],
    'orders:instance': [
      { ...component, componentId: '1', status: 'pass', observedValue: 'working' },
      { ...component, componentId: '2', status: 'warn', observedValue: 'ejected' },
    ],
    'orders:responseTime': [{ ...component, status: 'pass', observedValue: 5, observedUnit: 'ms' }],
  });
  const forOne = { isForOneClient: true } as const;
  expect(
    targetChecks({
      name: 'orders',
      breaker: 'open',
      ...forOne,
      instances: [{ id: '1', state: 'ejected', ...forOne } as never],
    }),
  ).toEqual({
    'orders:breaker': [{ ...component, status: 'pass', observedValue: 'closed' }],
    'orders:instance': [{ ...component, componentId: '1', status: 'pass', observedValue: 'working' }],
  });
  expect(targetChecks({ name: 'orders', breaker: 'closed', instances: [] })).toEqual({
    'orders:breaker': [{ ...component, status: 'pass', observedValue: 'closed' }],
    'orders:instance': [],
  });
});
