/** Validation of stale responses, and of the responses that clients have (RFC 9111 §4.3). */
import { cacheable, isFetched, isHit, testRules, withHeaders } from '../../support/cache-rules.ts';
import { httpDate } from '../../support/cached.ts';

testRules([
  [
    '§4.3: A stale response is validated and confirmed',
    { serviceResponse: cacheable('max-age=60', { ETag: '"1"', 'X-A': '1' }) },
    {
      after: 61,
      serviceResponse: { status: 304, headers: { ETag: '"1"', 'Cache-Control': 'max-age=30', 'X-B': '2' } },
      serviceReceives: { 'if-none-match': '"1"' },
      expected: {
        status: 200,
        body: 'one',
        headers: { 'x-a': '1', 'x-b': '2', 'cache-control': 'max-age=30' },
      },
      cacheStatus: 'fwd=stale; fwd-status=304; stored',
    },
    { ...isHit, after: 20 },
    { ...isFetched, after: 20 },
  ],
  [
    '§4.3.1: A response is validated by Last-Modified too',
    { serviceResponse: cacheable('max-age=60', { 'Last-Modified': 'Mon, 23 Nov 2026 00:00:00 GMT' }) },
    {
      after: 61,
      serviceResponse: { status: 304 },
      serviceReceives: { 'if-modified-since': 'Mon, 23 Nov 2026 00:00:00 GMT' },
      expected: { status: 200, body: 'one' },
    },
  ],
  [
    '§4.3.3: A new response replaces the stored one',
    { serviceResponse: cacheable('max-age=60', { ETag: '"1"' }) },
    { ...isFetched, after: 61, serviceReceives: { 'if-none-match': '"1"' } },
    { expected: { body: 'two' }, cacheStatus: 'hit' },
  ],
  [
    '§4.3.3: A 304 with another tag confirms nothing',
    { serviceResponse: cacheable('max-age=60', { ETag: '"1"' }) },
    { after: 61, serviceResponse: { status: 304, headers: { ETag: '"2"' } }, expected: { status: 304 } },
    isFetched,
  ],
  [
    '§3.2: The headers of the body are not updated',
    { serviceResponse: cacheable('max-age=0', { ETag: '"1"', 'Content-Type': 'text/a' }) },
    {
      serviceResponse: { status: 304, headers: { 'Content-Type': 'text/b', 'Content-Length': '0' } },
      expected: { body: 'one', headers: { 'content-type': 'text/a' } },
    },
  ],
  [
    '§5.2.2.4: A response with no-cache is validated each time',
    { serviceResponse: cacheable('no-cache', { ETag: '"1"' }) },
    {
      serviceResponse: { status: 304 },
      serviceReceives: { 'if-none-match': '"1"' },
      expected: { status: 200, body: 'one' },
    },
  ],
  [
    '§4.3.2: A client that has the response gets a 304',
    { serviceResponse: cacheable('max-age=60', { ETag: '"1"' }) },
    {
      request: withHeaders({ 'if-none-match': 'W/"1", "0"' }),
      expected: { status: 304, body: '', headers: { etag: '"1"' } },
      cacheStatus: 'hit',
    },
    { ...isHit, request: withHeaders({ 'if-none-match': '"0"' }) },
  ],
  [
    '§4.2.3: The Age of a 304 counts',
    { serviceResponse: cacheable('max-age=60', { ETag: '"1"' }) },
    {
      after: 61,
      serviceResponse: { status: 304, headers: { Age: '50' } },
      expected: { status: 200, headers: { age: '50' } },
    },
    { ...isHit, after: 5 },
    { ...isFetched, after: 10 },
  ],
  [
    '§4.2.3: The Date of a 304 counts',
    { serviceResponse: cacheable('max-age=60', { ETag: '"1"' }) },
    {
      after: 61,
      serviceResponse: () => ({ status: 304, headers: { Date: httpDate(-50) } }),
      expected: { status: 200 },
    },
    { ...isHit, after: 5 },
    { ...isFetched, after: 10 },
  ],
  [
    '§4.3.2: Date counts for If-Modified-Since without Last-Modified',
    { serviceResponse: () => cacheable('max-age=60', { Date: httpDate() }) },
    {
      request: { headers: { 'if-modified-since': 'Thu, 18 Aug 2050 02:01:18 GMT' } },
      expected: { status: 304 },
    },
    { ...isHit, request: withHeaders({ 'if-modified-since': 'Sun, 22 Nov 2020 00:00:00 GMT' }) },
  ],
  [
    '§4.3.2: A condition with an invalid date is ignored',
    { serviceResponse: cacheable('max-age=60', { 'Last-Modified': 'Mon, 23 Nov 2026 00:00:00 GMT' }) },
    { ...isHit, request: withHeaders({ 'if-modified-since': '2050' }) },
    { ...isHit, request: withHeaders({ 'if-modified-since': 'Thu, 18 Aug 2050 02:01:18 UTC' }) },
  ],
  [
    '§4.3.2: A client that has had the response since then gets a 304',
    { serviceResponse: cacheable('max-age=60', { 'Last-Modified': 'Mon, 23 Nov 2026 00:00:00 GMT' }) },
    {
      request: withHeaders({ 'if-modified-since': 'Mon, 23 Nov 2026 00:00:00 GMT' }),
      expected: { status: 304 },
    },
    { ...isHit, request: withHeaders({ 'if-modified-since': 'Sun, 22 Nov 2026 00:00:00 GMT' }) },
  ],
  [
    '§4.3.2: The condition of a client is evaluated with the confirmed response',
    { serviceResponse: cacheable('max-age=0', { ETag: '"1"' }) },
    {
      request: withHeaders({ 'if-none-match': '"0"' }),
      serviceResponse: { status: 304 },
      serviceReceives: { 'if-none-match': '"1"' },
      expected: { status: 200, body: 'one' },
    },
    {
      request: withHeaders({ 'if-none-match': '"1"' }),
      serviceResponse: { status: 304 },
      expected: { status: 304 },
    },
  ],
  [
    '§4.3.2: Without a stored response, the condition is forwarded',
    {
      request: withHeaders({ 'if-none-match': '"9"' }),
      serviceResponse: { status: 304, headers: { ETag: '"9"' } },
      serviceReceives: { 'if-none-match': '"9"' },
      expected: { status: 304 },
    },
    isFetched,
  ],
  [
    '§4: HEAD gets the stored response to GET',
    { serviceResponse: cacheable('max-age=60') },
    { request: { method: 'HEAD' }, expected: { status: 200, body: '' }, cacheStatus: 'hit' },
  ],
  [
    '§4.3.5: HEAD can make a stored response fresh',
    {
      serviceResponse: cacheable('max-age=60', {
        'Last-Modified': 'Mon, 23 Nov 2026 00:00:00 GMT',
        'Content-Length': '3',
      }),
    },
    {
      after: 61,
      request: { method: 'HEAD' },
      serviceResponse: {
        headers: {
          'Cache-Control': 'max-age=60',
          'Last-Modified': 'Mon, 23 Nov 2026 00:00:00 GMT',
          'Content-Length': '3',
        },
      },
    },
    isHit,
  ],
  [
    '§4.3.5: HEAD can remove a stored response',
    { serviceResponse: cacheable('max-age=60', { ETag: '"1"' }) },
    {
      after: 61,
      request: { method: 'HEAD' },
      serviceResponse: { headers: { 'Cache-Control': 'max-age=60', ETag: '"2"' } },
    },
    { ...isFetched, serviceReceives: { 'if-none-match': undefined } },
  ],
  [
    '§3: A response to HEAD is not stored for GET',
    { request: { method: 'HEAD' }, serviceResponse: cacheable('max-age=60') },
    isFetched,
  ],
  [
    '§3.3: A request with Range bypasses the cache',
    { serviceResponse: cacheable('max-age=60') },
    {
      request: withHeaders({ range: 'bytes=0-1' }),
      serviceResponse: { status: 206, body: 'on' },
      expected: { status: 206 },
      cacheStatus: 'fwd=bypass',
    },
    isHit,
  ],
]);
