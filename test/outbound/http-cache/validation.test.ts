/** What is stale is asked about (RFC 9111 §4.3), and so is what a caller has. */
import { again, anew, asking, holds, says } from '../../support/cache-rules.ts';
import { httpDate } from '../../support/cached.ts';

holds([
  [
    '§4.3: what is stale is asked about, and confirmed',
    { answer: says('max-age=60', { ETag: '"1"', 'X-A': '1' }) },
    {
      after: 61,
      answer: { status: 304, headers: { ETag: '"1"', 'Cache-Control': 'max-age=30', 'X-B': '2' } },
      sees: { 'if-none-match': '"1"' },
      gets: { status: 200, body: 'one', headers: { 'x-a': '1', 'x-b': '2', 'cache-control': 'max-age=30' } },
      said: 'fwd=stale; fwd-status=304; stored',
    },
    { ...again, after: 20 },
    { ...anew, after: 20 },
  ],
  [
    '§4.3.1: by Last-Modified too',
    { answer: says('max-age=60', { 'Last-Modified': 'Mon, 23 Nov 2026 00:00:00 GMT' }) },
    {
      after: 61,
      answer: { status: 304 },
      sees: { 'if-modified-since': 'Mon, 23 Nov 2026 00:00:00 GMT' },
      gets: { status: 200, body: 'one' },
    },
  ],
  [
    '§4.3.3: or answered anew',
    { answer: says('max-age=60', { ETag: '"1"' }) },
    { ...anew, after: 61, sees: { 'if-none-match': '"1"' } },
    { gets: { body: 'two' }, said: 'hit' },
  ],
  [
    '§4.3.3: a 304 for another tag confirms nothing',
    { answer: says('max-age=60', { ETag: '"1"' }) },
    { after: 61, answer: { status: 304, headers: { ETag: '"2"' } }, gets: { status: 304 } },
    anew,
  ],
  [
    '§3.2: the headers of the body stay as they are',
    { answer: says('max-age=0', { ETag: '"1"', 'Content-Type': 'text/a' }) },
    {
      answer: { status: 304, headers: { 'Content-Type': 'text/b', 'Content-Length': '0' } },
      gets: { body: 'one', headers: { 'content-type': 'text/a' } },
    },
  ],
  [
    '§5.2.2.4: no-cache is asked about each time',
    { answer: says('no-cache', { ETag: '"1"' }) },
    { answer: { status: 304 }, sees: { 'if-none-match': '"1"' }, gets: { status: 200, body: 'one' } },
  ],
  [
    '§4.3.2: who has it already is told so',
    { answer: says('max-age=60', { ETag: '"1"' }) },
    {
      ask: asking({ 'if-none-match': 'W/"1", "0"' }),
      gets: { status: 304, body: '', headers: { etag: '"1"' } },
      said: 'hit',
    },
    { ...again, ask: asking({ 'if-none-match': '"0"' }) },
  ],
  [
    '§4.2.3: the Age of a 304 counts',
    { answer: says('max-age=60', { ETag: '"1"' }) },
    {
      after: 61,
      answer: { status: 304, headers: { Age: '50' } },
      gets: { status: 200, headers: { age: '50' } },
    },
    { ...again, after: 5 },
    { ...anew, after: 10 },
  ],
  [
    '§4.2.3: so does its Date',
    { answer: says('max-age=60', { ETag: '"1"' }) },
    { after: 61, answer: () => ({ status: 304, headers: { Date: httpDate(-50) } }), gets: { status: 200 } },
    { ...again, after: 5 },
    { ...anew, after: 10 },
  ],
  [
    '§4.3.2: or since it was made, where it does not say when it was changed',
    { answer: () => says('max-age=60', { Date: httpDate() }) },
    { ask: { headers: { 'if-modified-since': 'Thu, 18 Aug 2050 02:01:18 GMT' } }, gets: { status: 304 } },
    { ...again, ask: asking({ 'if-modified-since': 'Sun, 22 Nov 2020 00:00:00 GMT' }) },
  ],
  [
    '§4.3.2: a condition that is no date is none',
    { answer: says('max-age=60', { 'Last-Modified': 'Mon, 23 Nov 2026 00:00:00 GMT' }) },
    { ...again, ask: asking({ 'if-modified-since': '2050' }) },
    { ...again, ask: asking({ 'if-modified-since': 'Thu, 18 Aug 2050 02:01:18 UTC' }) },
  ],
  [
    '§4.3.2: or has it since',
    { answer: says('max-age=60', { 'Last-Modified': 'Mon, 23 Nov 2026 00:00:00 GMT' }) },
    { ask: asking({ 'if-modified-since': 'Mon, 23 Nov 2026 00:00:00 GMT' }), gets: { status: 304 } },
    { ...again, ask: asking({ 'if-modified-since': 'Sun, 22 Nov 2026 00:00:00 GMT' }) },
  ],
  [
    '§4.3.2: the condition of a caller is held against what is confirmed',
    { answer: says('max-age=0', { ETag: '"1"' }) },
    {
      ask: asking({ 'if-none-match': '"0"' }),
      answer: { status: 304 },
      sees: { 'if-none-match': '"1"' },
      gets: { status: 200, body: 'one' },
    },
    { ask: asking({ 'if-none-match': '"1"' }), answer: { status: 304 }, gets: { status: 304 } },
  ],
  [
    '§4.3.2: where nothing is kept, the condition goes on',
    {
      ask: asking({ 'if-none-match': '"9"' }),
      answer: { status: 304, headers: { ETag: '"9"' } },
      sees: { 'if-none-match': '"9"' },
      gets: { status: 304 },
    },
    anew,
  ],
  [
    '§4: HEAD is answered from what GET brought',
    { answer: says('max-age=60') },
    { ask: { method: 'HEAD' }, gets: { status: 200, body: '' }, said: 'hit' },
  ],
  [
    '§4.3.5: HEAD makes it fresh',
    {
      answer: says('max-age=60', { 'Last-Modified': 'Mon, 23 Nov 2026 00:00:00 GMT', 'Content-Length': '3' }),
    },
    {
      after: 61,
      ask: { method: 'HEAD' },
      answer: {
        headers: {
          'Cache-Control': 'max-age=60',
          'Last-Modified': 'Mon, 23 Nov 2026 00:00:00 GMT',
          'Content-Length': '3',
        },
      },
    },
    again,
  ],
  [
    '§4.3.5: or forgets it',
    { answer: says('max-age=60', { ETag: '"1"' }) },
    {
      after: 61,
      ask: { method: 'HEAD' },
      answer: { headers: { 'Cache-Control': 'max-age=60', ETag: '"2"' } },
    },
    { ...anew, sees: { 'if-none-match': undefined } },
  ],
  [
    '§3: HEAD alone brings nothing that GET could have',
    { ask: { method: 'HEAD' }, answer: says('max-age=60') },
    anew,
  ],
  [
    '§3.3: Range goes by',
    { answer: says('max-age=60') },
    {
      ask: asking({ range: 'bytes=0-1' }),
      answer: { status: 206, body: 'on' },
      gets: { status: 206 },
      said: 'fwd=bypass',
    },
    again,
  ],
]);
