import { describe, expect, it } from '@jest/globals';
import { preferences } from '../../../src/http/headers/prefer.ts';

describe('Prefer (RFC 7240)', () => {
  it.each([
    ['return=minimal', { return: 'minimal' }],
    ['Return = "minimal"', { return: 'minimal' }],
    [
      'respond-async, wait=10 , return=representation',
      { 'respond-async': '', wait: '10', return: 'representation' },
    ],
    ['return=minimal, return=representation', { return: 'minimal' }],
    ['return=minimal; foo="a, return=representation"', { return: 'minimal' }],
    ['note="a, return=minimal"', { note: 'a, return=minimal' }],
    ['', {}],
    [' , ,=x', {}],
  ])('Prefer: %s is parsed', (header, expected) => {
    expect(Object.fromEntries(preferences(header))).toEqual(expected);
  });

  it('The parsing time is linear in the length', () => {
    expect(preferences('"'.repeat(50_000)).size).toBe(0);
    expect(preferences(',a'.repeat(50_000)).size).toBe(1);
  });
});
