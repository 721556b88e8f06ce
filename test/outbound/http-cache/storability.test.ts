/** The responses that a shared cache stores (RFC 9111 §3), and for which clients (§3.5). */
import { cacheable, isFetched, isHit, testRules, withHeaders } from '../../support/cache-rules.ts';

const withKey = withHeaders({ authorization: 'Bearer a' });

testRules([
  [
    '§3: A fresh response is stored',
    { serviceResponse: cacheable('max-age=60'), cacheStatus: 'fwd=uri-miss; stored' },
    isHit,
  ],
  [
    '§3: Each URL has a response of its own',
    { serviceResponse: cacheable('max-age=60') },
    { ...isFetched, request: { path: '/x?a=1' } },
  ],
  ['§3: no-store is not stored', { serviceResponse: cacheable('no-store, max-age=60') }, isFetched],
  [
    '§5.2: Names of directives are case-insensitive',
    { serviceResponse: cacheable('No-Store, Max-Age=60') },
    isFetched,
  ],
  [
    '§5.2: A directive in quotes is ignored',
    { serviceResponse: cacheable('x="a, no-store", max-age=60') },
    isHit,
  ],
  ['§5.2.2.7: private is not stored', { serviceResponse: cacheable('private, max-age=60') }, isFetched],
  [
    '§5.2.2.7: Private fields make the whole response private',
    { serviceResponse: cacheable('private="x", max-age=60') },
    isFetched,
  ],
  [
    '§5.2.2.3: must-understand overrides no-store',
    { serviceResponse: cacheable('must-understand, no-store, max-age=60') },
    isHit,
  ],
  [
    '§5.2.2.3: A status that is not understood is not stored',
    { serviceResponse: { ...cacheable('must-understand, max-age=60'), status: 299 } },
    isFetched,
  ],
  [
    '§3: A 404 is stored',
    { serviceResponse: { ...cacheable('max-age=60'), status: 404 } },
    { ...isHit, expected: { status: 404, body: 'one' } },
  ],
  [
    '§3: A 302 with explicit freshness is stored',
    { serviceResponse: { ...cacheable('max-age=60', { Location: '/y' }), status: 302 } },
    { expected: { status: 302 }, cacheStatus: 'hit' },
  ],
  ['§3: no 5xx is stored', { serviceResponse: { ...cacheable('max-age=60'), status: 501 } }, isFetched],
  [
    '§3.3: A partial response is not stored',
    { serviceResponse: { ...cacheable('max-age=60', { 'Content-Range': 'bytes 0-2/9' }), status: 206 } },
    isFetched,
  ],
  [
    '§7.3: A response that sets a cookie is not stored',
    { serviceResponse: cacheable('public, max-age=60', { 'Set-Cookie': 'a=b' }) },
    isFetched,
  ],
  [
    '§3.1: Hop-by-hop headers are not stored',
    { serviceResponse: cacheable('max-age=60', { Connection: 'x-hop', 'X-Hop': '1', 'X-Kept': '1' }) },
    { ...isHit, expected: { headers: { 'x-hop': undefined, 'x-kept': '1' } } },
  ],
  [
    '§3.5: A response to a request with credentials is not stored',
    { request: withKey, serviceResponse: cacheable('max-age=60') },
    { ...isFetched, request: withKey },
  ],
  ['§3.5: nor for those without', { request: withKey, serviceResponse: cacheable('max-age=60') }, isFetched],
  [
    '§3.5: A public response to a request with credentials is stored',
    { request: withKey, serviceResponse: cacheable('public, max-age=60') },
    { ...isHit, request: withHeaders({ authorization: 'Bearer b' }) },
  ],
  ['§3.5: or says s-maxage', { request: withKey, serviceResponse: cacheable('s-maxage=60') }, isHit],
  [
    'A cookie is a credential',
    { request: withHeaders({ cookie: 'a=b' }), serviceResponse: cacheable('max-age=60') },
    isFetched,
  ],
  [
    'A request with credentials does not get a response that was stored without them',
    { serviceResponse: cacheable('max-age=60') },
    { ...isFetched, request: withKey },
  ],
]);
