import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BufferedDestination } from '../../src/observability/buffered-destination.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('BufferedDestination', () => {
  it('Lines are written when the block is full, after the delay, and on flush', () => {
    const written: string[] = [];
    const lines = new BufferedDestination({ write: (block) => written.push(block) });
    lines.write('a\n');
    lines.write('b\n');
    expect(written).toEqual([]);
    jest.advanceTimersByTime(1000);
    expect(written).toEqual(['a\nb\n']);
    lines.write('x'.repeat(20_000));
    expect(written).toHaveLength(2);
    lines.write('c\n');
    lines.flush();
    lines.flush();
    jest.advanceTimersByTime(1000);
    expect(written.slice(2)).toEqual(['c\n']);
  });
});
