/** The requests that a stored response may satisfy, and for how long (RFC 9111 §4.1, §4.2, §5.2.1). */

import { cacheable, isFetched, isHit, type Rule, testRules, withHeaders } from '../../support/cache-rules.ts';
import { httpDate } from '../../support/cached.ts';

testRules([
  [
    '§4.2.2: A response without explicit freshness is not fresh',
    { serviceResponse: { headers: { 'Last-Modified': httpDate(-1e6) }, body: 'one' } },
    isFetched,
  ],
  [
    '§4.1: A response is selected by Accept-Language',
    {
      request: withHeaders({ 'accept-language': 'de' }),
      serviceResponse: cacheable('max-age=60', { Vary: 'Accept-Language' }),
    },
    {
      request: withHeaders({ 'accept-language': 'en' }),
      serviceResponse: cacheable('max-age=60', { Vary: 'Accept-Language' }),
      cacheStatus: 'fwd=vary-miss',
    },
    { ...isHit, request: withHeaders({ 'accept-language': 'de' }) },
  ],
  [
    '§4.1: A request without the field does not match one with it',
    {
      request: withHeaders({ 'accept-language': 'de' }),
      serviceResponse: cacheable('max-age=60', { Vary: 'Accept-Language' }),
    },
    isFetched,
  ],
  [
    '§4.1: Vary: * never matches',
    { serviceResponse: cacheable('max-age=60', { Vary: 'Accept, *' }) },
    isFetched,
  ],
  [
    '§4.1: A request under another host does not match',
    { serviceResponse: cacheable('max-age=60') },
    { ...isFetched, request: withHeaders({ host: 'evil.example' }) },
  ],
  [
    '§4.2: A stale response is requested again',
    { serviceResponse: cacheable('max-age=60') },
    { ...isFetched, after: 61, cacheStatus: 'fwd=stale' },
  ],
  [
    '§4.2: Age is the age of the stored response',
    { serviceResponse: cacheable('max-age=60') },
    { ...isHit, after: 50, expected: { headers: { age: '50' } } },
  ],
  [
    '§4.2.1: s-maxage overrides max-age',
    { serviceResponse: cacheable('max-age=600, s-maxage=10') },
    { ...isFetched, after: 11 },
  ],
  [
    '§4.2.1: max-age overrides Expires',
    { serviceResponse: () => cacheable('max-age=0', { Expires: httpDate(60), ETag: '"1"' }) },
    isFetched,
  ],
  [
    '§5.3: A response is fresh until Expires',
    { serviceResponse: () => ({ headers: { Expires: httpDate(60) }, body: 'one' }) },
    { ...isHit, after: 50 },
    { ...isFetched, after: 20 },
  ],
  [
    '§5.3: An invalid Expires is in the past',
    { serviceResponse: { headers: { Expires: '0', ETag: '"1"' }, body: 'one' } },
    isFetched,
  ],
  ...[
    '2050',
    '86400',
    '-1',
    'never',
    'Thu, 18 Aug 2050 02:01:18 UTC',
    'Thu 18 Aug 2050 02:01:18 GMT',
    'Thu, 18  Aug  2050 02:01:18 GMT',
    'Thu, 18-Aug-2050 02:01:18 GMT',
    'Thu, 18 Aug 2050 2:01:18 GMT',
    'Thu, 18 Aug 50 02:01:18 GMT',
    'Thu, 31 Feb 2050 02:01:18 GMT',
    '2050-08-18T02:01:18Z',
  ].map(
    (expires): Rule => [
      `§5.3: an Expires of ${expires} is past`,
      { serviceResponse: { headers: { Expires: expires, ETag: '"1"' }, body: 'one' } },
      isFetched,
    ],
  ),
  ...['Thu, 18 Aug 2050 02:01:18 GMT', 'Thursday, 18-Aug-50 02:01:18 GMT', 'Thu Aug 18 02:01:18 2050'].map(
    (expires): Rule => [
      `§5.3: an Expires of ${expires} is years ahead`,
      { serviceResponse: { headers: { Expires: expires }, body: 'one' } },
      { ...isHit, after: 86_400 },
    ],
  ),
  [
    '§4.2.1: Two Expires are invalid',
    {
      serviceResponse: () => ({
        headers: { Expires: [httpDate(60), httpDate(90)], ETag: '"1"' },
        body: 'one',
      }),
    },
    isFetched,
  ],
  ...['7200.0', '-7200', '1e9', 'abc', '"7200"', '7200;a=b'].map(
    (age): Rule => [
      `§5.1: an Age of ${age} is ignored`,
      { serviceResponse: cacheable('max-age=60', { Age: age }) },
      { ...isHit, after: 50 },
    ],
  ),
  [
    '§5.1: The first of several Age values counts',
    { serviceResponse: cacheable('max-age=60', { Age: ['50', '0'] }) },
    { ...isHit, after: 5 },
    { ...isFetched, after: 10 },
  ],
  [
    '§1.2.2: An Age beyond all bounds is old',
    { serviceResponse: cacheable('max-age=60', { Age: '99999999999999999999' }) },
    isFetched,
  ],
  [
    '§4.2.3: An invalid Date is no age',
    { serviceResponse: cacheable('max-age=60', { Date: 'Thu, 18 Aug 2016 02:01:18 UTC' }) },
    { ...isHit, after: 50 },
  ],
  [
    '§4.2.1: The first of two max-age values counts',
    { serviceResponse: cacheable('max-age=1, max-age=60') },
    { ...isFetched, after: 2 },
  ],
  [
    '§1.2.2: A value that is not a number is stale',
    { serviceResponse: cacheable('max-age=1e3', { ETag: '"1"' }) },
    isFetched,
  ],
  [
    '§4.2.3: The age on arrival counts',
    { serviceResponse: cacheable('max-age=60', { Age: '50' }), expected: { headers: { age: '50' } } },
    { ...isHit, after: 5 },
    { ...isFetched, after: 10 },
  ],
  [
    '§4.2.3: The date on arrival counts',
    { serviceResponse: () => cacheable('max-age=60', { Date: httpDate(-100) }) },
    isFetched,
  ],
  [
    '§5.2.1.1: max-age of a request limits the age',
    { serviceResponse: cacheable('max-age=60') },
    {
      ...isFetched,
      after: 20,
      request: withHeaders({ 'cache-control': 'max-age=10' }),
      cacheStatus: 'fwd=request',
    },
  ],
  [
    '§5.2.1.2: max-stale accepts a stale response',
    { serviceResponse: cacheable('max-age=10') },
    {
      ...isHit,
      after: 20,
      request: withHeaders({ 'cache-control': 'max-stale=30' }),
      cacheStatus: 'hit; ttl=-1',
    },
    { ...isFetched, after: 40, request: withHeaders({ 'cache-control': 'max-stale=30' }) },
  ],
  [
    '§5.2.1.2: max-stale without a value accepts any age',
    { serviceResponse: cacheable('max-age=10') },
    { ...isHit, after: 9999, request: withHeaders({ 'cache-control': 'max-stale' }) },
  ],
  ...['must-revalidate', 'proxy-revalidate', 's-maxage=10', 'no-cache'].map(
    (strict): Rule => [
      `§4.2.4: ${strict} goes before max-stale`,
      { serviceResponse: cacheable(`${strict}, max-age=10`, { ETag: '"1"' }) },
      { ...isFetched, after: 20, request: withHeaders({ 'cache-control': 'max-stale' }) },
    ],
  ),
  ...['must-revalidate', 'proxy-revalidate'].map(
    (strict): Rule => [
      `§5.2.2: ${strict} lets what is fresh be given`,
      { serviceResponse: cacheable(`${strict}, max-age=60`) },
      isHit,
    ],
  ),
  [
    '§5.2.1.3: min-fresh requires a remaining lifetime',
    { serviceResponse: cacheable('max-age=60') },
    { ...isHit, after: 30, request: withHeaders({ 'cache-control': 'min-fresh=20' }) },
    { ...isFetched, after: 20, request: withHeaders({ 'cache-control': 'min-fresh=20' }) },
  ],
  [
    '§5.2.1.4: no-cache of a request forces validation',
    { serviceResponse: cacheable('max-age=60', { ETag: '"1"' }) },
    {
      ...isFetched,
      request: withHeaders({ 'cache-control': 'no-cache' }),
      serviceReceives: { 'if-none-match': '"1"' },
    },
  ],
  [
    '§5.4: Pragma counts without Cache-Control',
    { serviceResponse: cacheable('max-age=60') },
    { ...isFetched, request: withHeaders({ pragma: 'no-cache' }) },
  ],
  [
    '§5.4: Cache-Control overrides Pragma',
    { serviceResponse: cacheable('max-age=60') },
    { ...isHit, request: withHeaders({ pragma: 'no-cache', 'cache-control': 'max-age=60' }) },
  ],
  [
    '§5.2.1.5: no-store of a request bypasses the cache',
    {
      request: withHeaders({ 'cache-control': 'no-store' }),
      serviceResponse: cacheable('max-age=60'),
      cacheStatus: 'fwd=bypass',
    },
    isFetched,
  ],
  [
    '§5.2.1.7: only-if-cached never calls the service',
    { request: withHeaders({ 'cache-control': 'only-if-cached' }), expected: { status: 504 } },
    { serviceResponse: cacheable('max-age=60') },
    { ...isHit, request: withHeaders({ 'cache-control': 'only-if-cached' }) },
  ],
]);
