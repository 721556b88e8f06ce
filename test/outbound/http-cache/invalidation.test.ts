/** Invalidation of stored responses by unsafe methods (RFC 9111 §4.4). */
import { cacheable, isFetched, isHit, testRules, withHeaders } from '../../support/cache-rules.ts';

testRules([
  [
    '§4.4: An unsafe request invalidates its own URL',
    { serviceResponse: cacheable('max-age=60') },
    { request: { method: 'PUT' }, serviceResponse: { status: 204 }, cacheStatus: 'fwd=method' },
    isFetched,
  ],
  [
    '§4.4: It invalidates the URL for requests under other hosts too',
    { request: withHeaders({ host: 'b.example' }), serviceResponse: cacheable('max-age=60') },
    { request: { method: 'PUT' }, serviceResponse: { status: 204 } },
    { ...isFetched, request: withHeaders({ host: 'b.example' }) },
  ],
  [
    '§4.4: A failed request invalidates nothing',
    { serviceResponse: cacheable('max-age=60') },
    { request: { method: 'PUT' }, serviceResponse: { status: 409 } },
    isHit,
  ],
  [
    '§4.4: It invalidates the URL in Location',
    { request: { path: '/y' }, serviceResponse: cacheable('max-age=60') },
    { request: { method: 'POST' }, serviceResponse: { status: 201, headers: { Location: '/y' } } },
    { ...isFetched, request: { path: '/y' } },
  ],
  [
    '§4.4: It invalidates the URL in Content-Location',
    { request: { path: '/items/1' }, serviceResponse: cacheable('max-age=60') },
    { request: { method: 'POST' }, serviceResponse: { headers: { 'Content-Location': 'items/1' } } },
    { ...isFetched, request: { path: '/items/1' } },
  ],
  [
    '§4.4: It invalidates no URL of another origin',
    { request: { path: '/y' }, serviceResponse: cacheable('max-age=60') },
    {
      request: { method: 'POST' },
      serviceResponse: { status: 201, headers: { Location: 'http://other.example/y' } },
    },
    { ...isHit, request: { path: '/y' } },
  ],
  [
    '§4.4: It invalidates the URLs that the service links to',
    { request: { path: '/y' }, serviceResponse: cacheable('max-age=60') },
    { request: { method: 'POST' }, serviceResponse: { headers: { Link: '</y>; rel="invalidates"' } } },
    { ...isFetched, request: { path: '/y' } },
  ],
]);
