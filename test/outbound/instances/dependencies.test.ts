import { describe, expect, it } from '@jest/globals';
import { dependenciesIn } from '../../../src/outbound/instances/dependencies.ts';

const dependenciesOf = (checks: unknown) => dependenciesIn(JSON.stringify({ status: 'pass', checks }));
const time = (observedValue: number, observedUnit: string) => ({
  ...{ componentType: 'component', status: 'pass' },
  ...{ observedValue, observedUnit },
});

describe('whom a service calls, by its health', () => {
  it('is what has a response time, in milliseconds whatever the unit', () => {
    expect(
      dependenciesOf({
        'consumers:responseTime': [time(3.5, 'ms')],
        'restaurants:responseTime': [time(0.25, 's')],
      }),
    ).toEqual([
      { name: 'consumers', status: 'pass', responseTime: 3.5 },
      { name: 'restaurants', status: 'pass', responseTime: 250 },
    ]);
  });

  it('is as ill as any of its checks, by any of the words for it, and as slow', () => {
    expect(
      dependenciesOf({
        'consumers:responseTime': [time(3, 'ms'), time(7, 'ms')],
        'consumers:breaker': [{ status: 'warn', observedValue: 'open' }],
        'kitchen:connections': [{ status: 'DOWN' }],
      }),
    ).toEqual([
      { name: 'consumers', status: 'warn', responseTime: 7 },
      { name: 'kitchen', status: 'fail' },
    ]);
  });

  it('is not what was never called, nor what is measured of the process itself', () => {
    expect(
      dependenciesOf({
        'consumers:breaker': [{ status: 'pass', observedValue: 'closed' }],
        uptime: [{ status: 'pass', observedValue: 12, observedUnit: 's' }],
        'memory:utilization': [{ status: 'pass', observedValue: 12, observedUnit: 'percent' }],
        ':responseTime': [time(1, 'ms')],
      }),
    ).toEqual([]);
  });

  it.each([
    '',
    'well',
    'null',
    '[]',
    '{"checks":7}',
    '{"checks":{"a:responseTime":7}}',
    '{"checks":{"a:b":[null]}}',
  ])('is nobody where the body is %j', (body) => expect(dependenciesIn(body)).toEqual([]));
});
