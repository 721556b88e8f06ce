import { describe, expect, it } from '@jest/globals';
import { isTraceparent, newTraceparent } from '../../src/observability/trace-context.ts';

const good = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('traceparent', () => {
  it('A valid traceparent is accepted, and created ones are valid and unique', () => {
    expect([good, newTraceparent()].map(isTraceparent)).toEqual([true, true]);
    expect(newTraceparent()).not.toBe(newTraceparent());
  });

  it.each([
    undefined,
    '',
    good.replace('00-', 'ff-'),
    good.replace('4bf92f3577b34da6a3ce929d0e0e4736', '0'.repeat(32)),
    good.replace('00f067aa0ba902b7', '0'.repeat(16)),
    good.toUpperCase(),
    `${good}-extra`,
  ])('The traceparent %p is refused', (value) => expect(isTraceparent(value)).toBe(false));
});
