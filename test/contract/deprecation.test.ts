import { describe, expect, it } from '@jest/globals';
import { deprecationHeaders } from '../../src/contract/deprecation.ts';

describe('The headers of a deprecated operation', () => {
  it('contain the date of the deprecation, the sunset and the link', () => {
    expect(deprecationHeaders({ since: '2026-01-01', sunset: '2027-01-01', link: '/news' })).toEqual({
      Deprecation: '@1767225600',
      Sunset: 'Fri, 01 Jan 2027 00:00:00 GMT',
      Link: '</news>; rel="deprecation"',
    });
    expect(deprecationHeaders({ since: '2026-01-01T12:00:00Z' })).toEqual({ Deprecation: '@1767268800' });
  });

  it.each([
    { since: 'soon' },
    { since: '2026-01-01', sunset: 'never' },
    { since: '2026-01-02', sunset: '2026-01-01' },
  ])('are rejected for %j', (deprecation) => {
    expect(() => deprecationHeaders(deprecation)).toThrow('expected ISO 8601 dates');
  });
});
