/** `CDN-Cache-Control` (RFC 9213), which applies only to caches such as this one. */
import { cacheable, isFetched, isHit, type Rule, testRules, withHeaders } from '../../support/cache-rules.ts';
import { httpDate, type ScriptedResponse } from '../../support/cached.ts';

const FIELD = 'CDN-Cache-Control';
const targeted = (value: string | readonly string[], control = 'max-age=3600'): ScriptedResponse =>
  cacheable(control, { [FIELD]: value, ETag: '"1"' });

/** The value is neither a dictionary nor empty, so that `Cache-Control` applies. */
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

testRules([
  [
    '§2.2: It overrides Cache-Control: no-store',
    { serviceResponse: targeted('max-age=60', 'no-store') },
    isHit,
  ],
  [
    '§2.2: It overrides a longer max-age',
    { serviceResponse: targeted('max-age=10') },
    { ...isFetched, after: 11 },
  ],
  [
    '§2.2: It overrides a shorter max-age',
    { serviceResponse: targeted('max-age=60', 'max-age=1') },
    { ...isHit, after: 30 },
  ],
  [
    '§2.2: It overrides s-maxage',
    { serviceResponse: targeted('max-age=10', 's-maxage=3600') },
    { ...isFetched, after: 11 },
  ],
  [
    '§2.2: It overrides Expires, even without freshness of its own',
    {
      serviceResponse: () =>
        cacheable('public', { [FIELD]: 'must-revalidate', Expires: httpDate(60), ETag: '"1"' }),
    },
    isFetched,
  ],
  [
    '§2.2: It overrides Cache-Control, even without freshness of its own',
    { serviceResponse: targeted('foo', 'max-age=60') },
    isFetched,
  ],
  [
    '§2.2: no-store',
    { serviceResponse: targeted('no-store') },
    { ...isFetched, serviceReceives: { 'if-none-match': undefined } },
  ],
  [
    '§2.2: private',
    { serviceResponse: targeted('private') },
    { ...isFetched, serviceReceives: { 'if-none-match': undefined } },
  ],
  [
    '§2.2: private with names of fields',
    { serviceResponse: targeted('private="x-a", max-age=60') },
    isFetched,
  ],
  [
    '§2.2: no-cache',
    { serviceResponse: targeted('no-cache') },
    { ...isFetched, serviceReceives: { 'if-none-match': '"1"' } },
  ],
  [
    '§2.2: no-cache with names of fields',
    { serviceResponse: targeted('no-cache="x-a", max-age=60') },
    isFetched,
  ],
  [
    '§2.2: It alone decides about requests with credentials',
    {
      request: withHeaders({ authorization: 'Bearer a' }),
      serviceResponse: targeted('max-age=60', 'public, max-age=60'),
    },
    { ...isFetched, request: withHeaders({ authorization: 'Bearer a' }) },
  ],
  [
    '§2.2: public',
    {
      request: withHeaders({ authorization: 'Bearer a' }),
      serviceResponse: targeted('public, max-age=60', 'private'),
    },
    { ...isHit, request: withHeaders({ authorization: 'Bearer b' }) },
  ],
  [
    '§2.2: stale-if-error',
    { serviceResponse: targeted('max-age=1, stale-if-error=60') },
    { after: 30, serviceResponse: { status: 503 }, expected: { body: 'one' } },
  ],
  [
    '§2.1: Parameters of a directive are ignored',
    { serviceResponse: targeted('max-age=60;a=b', 'no-store') },
    isHit,
  ],
  [
    '§2.1: A directive that is false is ignored',
    { serviceResponse: targeted('no-store=?0, max-age=60') },
    isHit,
  ],
  [
    '§2.1: Several lines are one dictionary',
    { serviceResponse: targeted(['max-age=60', 'no-store']) },
    isFetched,
  ],
  [
    '§2.1: The last of two directives with one name counts',
    { serviceResponse: targeted('max-age=1, max-age=60') },
    { ...isHit, after: 30 },
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
      { serviceResponse: targeted(value) },
      isFetched,
    ],
  ),
  ...UNREADABLE.map(
    (value): Rule => [
      `§2.1: a field of ${JSON.stringify(value)} is as if it were not there`,
      { serviceResponse: targeted(value, 'max-age=60') },
      { ...isHit, after: 30 },
    ],
  ),
  [
    '§2.1: An invalid field does not override no-store',
    { serviceResponse: targeted('max-age=60 max-age=70', 'no-store') },
    isFetched,
  ],
  [
    '§2.2: A confirmation may change it',
    { serviceResponse: targeted('max-age=10') },
    {
      after: 11,
      serviceResponse: { status: 304, headers: { [FIELD]: 'max-age=60' } },
      expected: { body: 'one' },
    },
    { ...isHit, after: 50 },
    { ...isFetched, after: 11 },
  ],
  [
    '§3.1: It is passed on to caches closer to the client',
    { serviceResponse: targeted('max-age=60'), expected: { headers: { 'cdn-cache-control': 'max-age=60' } } },
    { ...isHit, expected: { headers: { 'cdn-cache-control': 'max-age=60' } } },
  ],
  [
    'Other targeted fields are for other caches',
    { serviceResponse: cacheable('max-age=60', { 'Other-Cache-Control': 'no-store' }) },
    isHit,
  ],
]);
