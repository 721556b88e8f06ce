import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { directivesOf } from '../../../src/http/headers/cache-control.ts';
import { privateCacheControl, privateHeaders } from '../../../src/http/headers/private-response.ts';

describe('The caching headers of a response that depends on its caller', () => {
  it.each([
    [undefined, 'private'],
    ['', 'private'],
    ['no-cache', 'private, no-cache'],
    ['public, max-age=60', 'private, max-age=60'],
    ['PUBLIC, S-MaxAge=5', 'private'],
    ['max-age=60, s-maxage=600, proxy-revalidate', 'private, max-age=60'],
    ['private="Set-Cookie", max-age=1', 'private, max-age=1'],
    ['private, max-age=1', 'private, max-age=1'],
    ['no-store', 'no-store'],
    ['public, no-store', 'public, no-store'],
    ['no-cache="X-A, X-B", stale-if-error=9', 'private, no-cache="X-A, X-B", stale-if-error=9'],
  ])('Cache-Control: %s becomes %s', (value, expected) => {
    expect(privateCacheControl(value)).toBe(expected);
  });

  it('Whatever a service says, no shared cache may store the response', () => {
    const directive = fc.constantFrom(
      'public',
      's-maxage=9',
      'max-age=9',
      'private="x"',
      'immutable',
      '"',
      'no-cache',
      ',',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(directive).map((all) => all.join(', ')),
        ),
        (value) => {
          const directives = directivesOf(privateCacheControl(value));
          expect(directives.get('private') === '' || directives.has('no-store')).toBe(true);
          if (!directives.has('no-store'))
            expect([directives.has('public'), directives.has('s-maxage')]).toEqual([false, false]);
        },
      ),
    );
  });

  it('Targeted fields are removed, and all lines of Cache-Control count', () => {
    const raw = [
      'cache-control',
      'max-age=5',
      'X',
      'y',
      'Cache-Control',
      'public',
      'CDN-Cache-Control',
      'max-age=9',
    ];
    expect(privateHeaders(raw, ['Authorization', 'X-Api-Key'])).toEqual([
      'X',
      'y',
      'Cache-Control',
      'private, max-age=5',
      'Vary',
      'Authorization, X-Api-Key',
    ]);
    expect(privateHeaders([], [])).toEqual(['Cache-Control', 'private']);
    expect(privateHeaders(['Vary', 'Accept, authorization'], ['Authorization', 'Cookie'])).toEqual([
      'Vary',
      'Accept, authorization',
      'Cache-Control',
      'private',
      'Vary',
      'Cookie',
    ]);
  });
});
