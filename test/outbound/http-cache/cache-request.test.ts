/** What the cache remembers of a request. */
import { describe, expect, it } from '@jest/globals';
import { CacheRequest } from '../../../src/outbound/http-cache/cache-request.ts';

const PLACES = { headers: new Set(['x-key']), query: new Set<string>(), isHidden: false };
const requestWith = (...headers: string[]) =>
  new CacheRequest({ method: 'GET', path: '/a', headers, operationId: 'x' }, PLACES);

describe('The values that select a response', () => {
  it.each(['Authorization', 'Cookie', 'X-Key', 'X-Auth-Identity'])(
    'Of %s only a hash is kept, which still tells requests apart',
    (name) => {
      const request = requestWith(name, 'secret');
      const selecting = request.selecting([name.toLowerCase()]);
      expect(JSON.stringify(selecting)).not.toContain('secret');
      expect(request.matches(selecting)).toBe(true);
      expect(requestWith(name, 'other').matches(selecting)).toBe(false);
      expect(requestWith().matches(selecting)).toBe(false);
    },
  );

  it('Other values are kept as they are', () => {
    expect(requestWith('Accept', 'a/b').selecting(['accept'])).toEqual([
      [' origin', ''],
      ['accept', 'a/b'],
    ]);
  });
});
