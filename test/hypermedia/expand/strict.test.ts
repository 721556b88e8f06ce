import { describe, expect, it } from '@jest/globals';
import type { ExpandFailure } from '../../../src/hypermedia/expand/expand.ts';
import { isStrict, requireComplete } from '../../../src/hypermedia/expand/strict.ts';

const failure = (path: string, status: number, retryAfter?: string): ExpandFailure => ({
  path,
  href: `/${path}`,
  problem: { status },
  retryAfter,
});

describe('Prefer: handling=strict', () => {
  it('is requested by its value', () => {
    expect(['handling=strict', 'return=minimal, Handling="strict"'].map(isStrict)).toEqual([true, true]);
    expect([undefined, 'handling=lenient', 'strict'].map(isStrict)).toEqual([false, false, false]);
  });

  it('accepts a complete response', () => {
    expect(() => requireComplete([])).not.toThrow();
  });

  it.each([
    [503, [503, 503]],
    [504, [503, 504]],
    [502, [503, 404]],
    [502, [403]],
    [502, [500, 504]],
  ])('gives %d for failed parts with the statuses %j', (status, statuses) => {
    const failures = statuses.map((one, index) => failure(`p${index}`, one));
    expect(() => requireComplete(failures)).toThrow(expect.objectContaining({ status }));
  });

  it('names the failed parts with their problems and the time to retry', () => {
    const failures = [failure('a', 503, '2'), failure('b.c', 503, '7'), failure('d', 503)];
    expect(() => requireComplete(failures)).toThrow(
      expect.objectContaining({
        message: 'These parts could not be fetched: a, b.c, d.',
        headers: { 'Preference-Applied': 'handling=strict', 'Retry-After': '7' },
        extensions: {
          _expandErrors: failures.map(({ path, href, problem }) => ({ path, href, problem })),
        },
      }),
    );
  });
});
