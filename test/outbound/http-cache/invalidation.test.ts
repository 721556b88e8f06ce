/** What an unsafe method makes a cache forget (RFC 9111 §4.4). */
import { cacheable, isFetched, isHit, testRules, withHeaders } from '../../support/cache-rules.ts';

testRules([
  [
    '§4.4: an unsafe method forgets its own URL',
    { serviceResponse: cacheable('max-age=60') },
    { request: { method: 'PUT' }, serviceResponse: { status: 204 }, cacheStatus: 'fwd=method' },
    isFetched,
  ],
  [
    '§4.4: also for those who ask under another host',
    { request: withHeaders({ host: 'b.example' }), serviceResponse: cacheable('max-age=60') },
    { request: { method: 'PUT' }, serviceResponse: { status: 204 } },
    { ...isFetched, request: withHeaders({ host: 'b.example' }) },
  ],
  [
    '§4.4: not where it failed',
    { serviceResponse: cacheable('max-age=60') },
    { request: { method: 'PUT' }, serviceResponse: { status: 409 } },
    isHit,
  ],
  [
    '§4.4: Location',
    { request: { path: '/y' }, serviceResponse: cacheable('max-age=60') },
    { request: { method: 'POST' }, serviceResponse: { status: 201, headers: { Location: '/y' } } },
    { ...isFetched, request: { path: '/y' } },
  ],
  [
    '§4.4: Content-Location',
    { request: { path: '/items/1' }, serviceResponse: cacheable('max-age=60') },
    { request: { method: 'POST' }, serviceResponse: { headers: { 'Content-Location': 'items/1' } } },
    { ...isFetched, request: { path: '/items/1' } },
  ],
  [
    '§4.4: not of another origin',
    { request: { path: '/y' }, serviceResponse: cacheable('max-age=60') },
    {
      request: { method: 'POST' },
      serviceResponse: { status: 201, headers: { Location: 'http://other.example/y' } },
    },
    { ...isHit, request: { path: '/y' } },
  ],
  [
    '§4.4: and what the service says by a link',
    { request: { path: '/y' }, serviceResponse: cacheable('max-age=60') },
    { request: { method: 'POST' }, serviceResponse: { headers: { Link: '</y>; rel="invalidates"' } } },
    { ...isFetched, request: { path: '/y' } },
  ],
]);
