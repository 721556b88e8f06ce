/** For which requests what is kept may serve, and for how long (RFC 9111 §4.1, §4.2, §5.2.1). */

import { again, anew, asking, holds, type Rule, says } from '../../support/cache-rules.ts';
import { httpDate } from '../../support/cached.ts';

holds([
  [
    '§4.2.2: without a word of how long, nothing is fresh',
    { answer: { headers: { 'Last-Modified': httpDate(-1e6) }, body: 'one' } },
    anew,
  ],
  [
    '§4.1: another Accept-Language is another request',
    { ask: asking({ 'accept-language': 'de' }), answer: says('max-age=60', { Vary: 'Accept-Language' }) },
    {
      ask: asking({ 'accept-language': 'en' }),
      answer: says('max-age=60', { Vary: 'Accept-Language' }),
      said: 'fwd=vary-miss',
    },
    { ...again, ask: asking({ 'accept-language': 'de' }) },
  ],
  [
    '§4.1: none is another too',
    { ask: asking({ 'accept-language': 'de' }), answer: says('max-age=60', { Vary: 'Accept-Language' }) },
    anew,
  ],
  ['§4.1: Vary: * never matches', { answer: says('max-age=60', { Vary: 'Accept, *' }) }, anew],
  [
    '§4.1: what is asked under another host is another',
    { answer: says('max-age=60') },
    { ...anew, ask: asking({ host: 'evil.example' }) },
  ],
  [
    '§4.2: what is stale is asked for again',
    { answer: says('max-age=60') },
    { ...anew, after: 61, said: 'fwd=stale' },
  ],
  [
    '§4.2: Age says how old it is',
    { answer: says('max-age=60') },
    { ...again, after: 50, gets: { headers: { age: '50' } } },
  ],
  [
    '§4.2.1: s-maxage goes before max-age',
    { answer: says('max-age=600, s-maxage=10') },
    { ...anew, after: 11 },
  ],
  [
    '§4.2.1: max-age goes before Expires',
    { answer: () => says('max-age=0', { Expires: httpDate(60), ETag: '"1"' }) },
    anew,
  ],
  [
    '§5.3: Expires',
    { answer: () => ({ headers: { Expires: httpDate(60) }, body: 'one' }) },
    { ...again, after: 50 },
    { ...anew, after: 20 },
  ],
  [
    '§5.3: an Expires that is no date is past',
    { answer: { headers: { Expires: '0', ETag: '"1"' }, body: 'one' } },
    anew,
  ],
  ...[
    ...['2050', '86400', '-1', 'never', 'Thu, 18 Aug 2050 02:01:18 UTC', 'Thu 18 Aug 2050 02:01:18 GMT'],
    ...['Thu, 18  Aug  2050 02:01:18 GMT', 'Thu, 18-Aug-2050 02:01:18 GMT', 'Thu, 18 Aug 2050 2:01:18 GMT'],
    ...['Thu, 18 Aug 50 02:01:18 GMT', 'Thu, 31 Feb 2050 02:01:18 GMT', '2050-08-18T02:01:18Z'],
  ].map(
    (expires): Rule => [
      `§5.3: an Expires of ${expires} is past`,
      { answer: { headers: { Expires: expires, ETag: '"1"' }, body: 'one' } },
      anew,
    ],
  ),
  ...['Thu, 18 Aug 2050 02:01:18 GMT', 'Thursday, 18-Aug-50 02:01:18 GMT', 'Thu Aug 18 02:01:18 2050'].map(
    (expires): Rule => [
      `§5.3: an Expires of ${expires} is years ahead`,
      { answer: { headers: { Expires: expires }, body: 'one' } },
      { ...again, after: 86_400 },
    ],
  ),
  [
    '§4.2.1: two Expires are none',
    { answer: () => ({ headers: { Expires: [httpDate(60), httpDate(90)], ETag: '"1"' }, body: 'one' }) },
    anew,
  ],
  ...['7200.0', '-7200', '1e9', 'abc', '"7200"', '7200;a=b'].map(
    (age): Rule => [
      `§5.1: an Age of ${age} is ignored`,
      { answer: says('max-age=60', { Age: age }) },
      { ...again, after: 50 },
    ],
  ),
  [
    '§5.1: of several Age the first counts',
    { answer: says('max-age=60', { Age: ['50', '0'] }) },
    { ...again, after: 5 },
    { ...anew, after: 10 },
  ],
  [
    '§1.2.2: an Age beyond all bounds is old',
    { answer: says('max-age=60', { Age: '99999999999999999999' }) },
    anew,
  ],
  [
    '§4.2.3: a Date that is no date says no age',
    { answer: says('max-age=60', { Date: 'Thu, 18 Aug 2016 02:01:18 UTC' }) },
    { ...again, after: 50 },
  ],
  [
    '§4.2.1: of two max-age the first counts',
    { answer: says('max-age=1, max-age=60') },
    { ...anew, after: 2 },
  ],
  ['§1.2.2: what is no number is stale', { answer: says('max-age=1e3', { ETag: '"1"' }) }, anew],
  [
    '§4.2.3: the age that it came with counts',
    { answer: says('max-age=60', { Age: '50' }), gets: { headers: { age: '50' } } },
    { ...again, after: 5 },
    { ...anew, after: 10 },
  ],
  ['§4.2.3: so does its date', { answer: () => says('max-age=60', { Date: httpDate(-100) }) }, anew],
  [
    '§5.2.1.1: max-age of a request',
    { answer: says('max-age=60') },
    { ...anew, after: 20, ask: asking({ 'cache-control': 'max-age=10' }), said: 'fwd=request' },
  ],
  [
    '§5.2.1.2: max-stale',
    { answer: says('max-age=10') },
    { ...again, after: 20, ask: asking({ 'cache-control': 'max-stale=30' }), said: 'hit; ttl=-1' },
    { ...anew, after: 40, ask: asking({ 'cache-control': 'max-stale=30' }) },
  ],
  [
    '§5.2.1.2: max-stale of any age',
    { answer: says('max-age=10') },
    { ...again, after: 9999, ask: asking({ 'cache-control': 'max-stale' }) },
  ],
  ...['must-revalidate', 'proxy-revalidate', 's-maxage=10', 'no-cache'].map(
    (strict): Rule => [
      `§4.2.4: ${strict} goes before max-stale`,
      { answer: says(`${strict}, max-age=10`, { ETag: '"1"' }) },
      { ...anew, after: 20, ask: asking({ 'cache-control': 'max-stale' }) },
    ],
  ),
  ...['must-revalidate', 'proxy-revalidate'].map(
    (strict): Rule => [
      `§5.2.2: ${strict} lets what is fresh be given`,
      { answer: says(`${strict}, max-age=60`) },
      again,
    ],
  ),
  [
    '§5.2.1.3: min-fresh',
    { answer: says('max-age=60') },
    { ...again, after: 30, ask: asking({ 'cache-control': 'min-fresh=20' }) },
    { ...anew, after: 20, ask: asking({ 'cache-control': 'min-fresh=20' }) },
  ],
  [
    '§5.2.1.4: no-cache of a request',
    { answer: says('max-age=60', { ETag: '"1"' }) },
    { ...anew, ask: asking({ 'cache-control': 'no-cache' }), sees: { 'if-none-match': '"1"' } },
  ],
  [
    '§5.4: Pragma where there is no Cache-Control',
    { answer: says('max-age=60') },
    { ...anew, ask: asking({ pragma: 'no-cache' }) },
  ],
  [
    '§5.4: Cache-Control goes before Pragma',
    { answer: says('max-age=60') },
    { ...again, ask: asking({ pragma: 'no-cache', 'cache-control': 'max-age=60' }) },
  ],
  [
    '§5.2.1.5: no-store of a request',
    { ask: asking({ 'cache-control': 'no-store' }), answer: says('max-age=60'), said: 'fwd=bypass' },
    anew,
  ],
  [
    '§5.2.1.7: only-if-cached',
    { ask: asking({ 'cache-control': 'only-if-cached' }), gets: { status: 504 } },
    { answer: says('max-age=60') },
    { ...again, ask: asking({ 'cache-control': 'only-if-cached' }) },
  ],
]);
