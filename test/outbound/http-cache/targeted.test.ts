/** `CDN-Cache-Control` (RFC 9213): what a service says to caches such as this one alone. */
import { again, anew, asking, holds, type Rule, says } from '../../support/cache-rules.ts';
import { httpDate, type Scripted } from '../../support/cached.ts';

const FIELD = 'CDN-Cache-Control';
const targeted = (value: string | readonly string[], control = 'max-age=3600'): Scripted =>
  says(control, { [FIELD]: value, ETag: '"1"' });

/** It is neither a dictionary nor empty, so that `Cache-Control` counts. */
const UNREADABLE = [
  '',
  ' ',
  'max-age=',
  'max-age =1',
  'max-age= 1',
  'MAX-AGE=1',
  'max-age=1 no-store',
  'a;;',
  '"no-store"',
  'max-age=9999999999999999',
];

holds([
  ['§2.2: it goes before Cache-Control: no-store', { answer: targeted('max-age=60', 'no-store') }, again],
  ['§2.2: it goes before a longer max-age', { answer: targeted('max-age=10') }, { ...anew, after: 11 }],
  [
    '§2.2: it goes before a shorter max-age',
    { answer: targeted('max-age=60', 'max-age=1') },
    { ...again, after: 30 },
  ],
  [
    '§2.2: it goes before s-maxage',
    { answer: targeted('max-age=10', 's-maxage=3600') },
    { ...anew, after: 11 },
  ],
  [
    '§2.2: it goes before Expires, where it says nothing of freshness itself',
    { answer: () => says('public', { [FIELD]: 'must-revalidate', Expires: httpDate(60), ETag: '"1"' }) },
    anew,
  ],
  [
    '§2.2: a field that has nothing to do with freshness still hides Cache-Control',
    { answer: targeted('foo', 'max-age=60') },
    anew,
  ],
  ['§2.2: no-store', { answer: targeted('no-store') }, { ...anew, sees: { 'if-none-match': undefined } }],
  ['§2.2: private', { answer: targeted('private') }, { ...anew, sees: { 'if-none-match': undefined } }],
  ['§2.2: private with names of fields', { answer: targeted('private="x-a", max-age=60') }, anew],
  ['§2.2: no-cache', { answer: targeted('no-cache') }, { ...anew, sees: { 'if-none-match': '"1"' } }],
  ['§2.2: no-cache with names of fields', { answer: targeted('no-cache="x-a", max-age=60') }, anew],
  [
    '§2.2: only it says whether credentials matter',
    { ask: asking({ authorization: 'Bearer a' }), answer: targeted('max-age=60', 'public, max-age=60') },
    { ...anew, ask: asking({ authorization: 'Bearer a' }) },
  ],
  [
    '§2.2: public',
    { ask: asking({ authorization: 'Bearer a' }), answer: targeted('public, max-age=60', 'private') },
    { ...again, ask: asking({ authorization: 'Bearer b' }) },
  ],
  [
    '§2.2: stale-if-error',
    { answer: targeted('max-age=1, stale-if-error=60') },
    { after: 30, answer: { status: 503 }, gets: { body: 'one' } },
  ],
  [
    '§2.1: a directive with a parameter is as without',
    { answer: targeted('max-age=60;a=b', 'no-store') },
    again,
  ],
  ['§2.1: a directive that is false is not said', { answer: targeted('no-store=?0, max-age=60') }, again],
  ['§2.1: several lines are one dictionary', { answer: targeted(['max-age=60', 'no-store']) }, anew],
  [
    '§2.1: of two directives with one name the last counts',
    { answer: targeted('max-age=1, max-age=60') },
    { ...again, after: 30 },
  ],
  ...[
    'max-age="60"',
    'max-age=sixty',
    'max-age=1.5',
    'max-age=-1',
    'max-age=(60)',
    'max-age',
    'max-age=:YQ==:',
  ].map(
    (value): Rule => [
      `§2.1: ${value} has another type than the directive, and says nothing`,
      { answer: targeted(value) },
      anew,
    ],
  ),
  ...UNREADABLE.map(
    (value): Rule => [
      `§2.1: a field of ${JSON.stringify(value)} is as if it were not there`,
      { answer: targeted(value, 'max-age=60') },
      { ...again, after: 30 },
    ],
  ),
  [
    '§2.1: a field that cannot be read hides no no-store',
    { answer: targeted('max-age=60 max-age=70', 'no-store') },
    anew,
  ],
  [
    '§2.2: a confirmation may bring another',
    { answer: targeted('max-age=10') },
    { after: 11, answer: { status: 304, headers: { [FIELD]: 'max-age=60' } }, gets: { body: 'one' } },
    { ...again, after: 50 },
    { ...anew, after: 11 },
  ],
  [
    '§3.1: it goes on to caches that are nearer to the client',
    { answer: targeted('max-age=60'), gets: { headers: { 'cdn-cache-control': 'max-age=60' } } },
    { ...again, gets: { headers: { 'cdn-cache-control': 'max-age=60' } } },
  ],
  [
    'Other targeted fields are for other caches',
    { answer: says('max-age=60', { 'Other-Cache-Control': 'no-store' }) },
    again,
  ],
]);
