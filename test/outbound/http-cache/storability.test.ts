/** What a shared cache keeps (RFC 9111 §3), and for whom (§3.5). */
import { cacheable, isFetched, isHit, testRules, withHeaders } from '../../support/cache-rules.ts';

const withKey = withHeaders({ authorization: 'Bearer a' });

testRules([
  [
    '§3: what is fresh is kept',
    { serviceResponse: cacheable('max-age=60'), cacheStatus: 'fwd=uri-miss; stored' },
    isHit,
  ],
  [
    '§3: each URL is another',
    { serviceResponse: cacheable('max-age=60') },
    { ...isFetched, request: { path: '/x?a=1' } },
  ],
  ['§3: no-store is not kept', { serviceResponse: cacheable('no-store, max-age=60') }, isFetched],
  [
    '§5.2: names of directives are in any case',
    { serviceResponse: cacheable('No-Store, Max-Age=60') },
    isFetched,
  ],
  [
    '§5.2: a directive in quotes is none',
    { serviceResponse: cacheable('x="a, no-store", max-age=60') },
    isHit,
  ],
  ['§5.2.2.7: private is not kept', { serviceResponse: cacheable('private, max-age=60') }, isFetched],
  [
    '§5.2.2.7: private fields make the whole private',
    { serviceResponse: cacheable('private="x", max-age=60') },
    isFetched,
  ],
  [
    '§5.2.2.3: must-understand goes before no-store',
    { serviceResponse: cacheable('must-understand, no-store, max-age=60') },
    isHit,
  ],
  [
    '§5.2.2.3: what is not understood is not kept',
    { serviceResponse: { ...cacheable('must-understand, max-age=60'), status: 299 } },
    isFetched,
  ],
  [
    '§3: a 404 is kept',
    { serviceResponse: { ...cacheable('max-age=60'), status: 404 } },
    { ...isHit, expected: { status: 404, body: 'one' } },
  ],
  [
    '§3: a 302 that says how long is kept',
    { serviceResponse: { ...cacheable('max-age=60', { Location: '/y' }), status: 302 } },
    { expected: { status: 302 }, cacheStatus: 'hit' },
  ],
  ['§3: no 5xx is kept', { serviceResponse: { ...cacheable('max-age=60'), status: 501 } }, isFetched],
  [
    '§3.3: no part is kept',
    { serviceResponse: { ...cacheable('max-age=60', { 'Content-Range': 'bytes 0-2/9' }), status: 206 } },
    isFetched,
  ],
  [
    '§7.3: no answer that sets a cookie is kept',
    { serviceResponse: cacheable('public, max-age=60', { 'Set-Cookie': 'a=b' }) },
    isFetched,
  ],
  [
    '§3.1: what concerns one connection is not kept',
    { serviceResponse: cacheable('max-age=60', { Connection: 'x-hop', 'X-Hop': '1', 'X-Kept': '1' }) },
    { ...isHit, expected: { headers: { 'x-hop': undefined, 'x-kept': '1' } } },
  ],
  [
    '§3.5: an answer to credentials is not kept',
    { request: withKey, serviceResponse: cacheable('max-age=60') },
    { ...isFetched, request: withKey },
  ],
  ['§3.5: nor for those without', { request: withKey, serviceResponse: cacheable('max-age=60') }, isFetched],
  [
    '§3.5: unless it is public',
    { request: withKey, serviceResponse: cacheable('public, max-age=60') },
    { ...isHit, request: withHeaders({ authorization: 'Bearer b' }) },
  ],
  ['§3.5: or says s-maxage', { request: withKey, serviceResponse: cacheable('s-maxage=60') }, isHit],
  [
    'a cookie is a credential',
    { request: withHeaders({ cookie: 'a=b' }), serviceResponse: cacheable('max-age=60') },
    isFetched,
  ],
  [
    'with credentials nobody gets what those without got',
    { serviceResponse: cacheable('max-age=60') },
    { ...isFetched, request: withKey },
  ],
]);
