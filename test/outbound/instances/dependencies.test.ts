import { describe, expect, it } from '@jest/globals';
import { dependenciesIn } from '../../../src/outbound/instances/dependencies.ts';

const dependenciesOf = (checks: unknown) => dependenciesIn(JSON.stringify({ status: 'pass', checks }));
const time = (observedValue: number, observedUnit: string) => ({
  componentType: 'component',
  status: 'pass',
  observedValue,
  observedUnit,
});

describe('The dependencies in a health document', () => {
  it('are the components with a response time, in milliseconds for each unit', () => {
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

  it('have the worst status and the longest time of their checks, aliases of a status included', () => {
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

  it('exclude components that were never called and measurements of the process itself', () => {
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
  ])('are an empty list for the body %j', (body) => expect(dependenciesIn(body)).toEqual([]));
});
