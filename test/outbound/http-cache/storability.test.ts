/** What a shared cache keeps (RFC 9111 §3), and for whom (§3.5). */
import { again, anew, asking, holds, says } from '../../support/cache-rules.ts';

const withKey = asking({ authorization: 'Bearer a' });

holds([
  ['§3: what is fresh is kept', { answer: says('max-age=60'), said: 'fwd=uri-miss; stored' }, again],
  ['§3: each URL is another', { answer: says('max-age=60') }, { ...anew, ask: { path: '/x?a=1' } }],
  ['§3: no-store is not kept', { answer: says('no-store, max-age=60') }, anew],
  ['§5.2: names of directives are in any case', { answer: says('No-Store, Max-Age=60') }, anew],
  ['§5.2: a directive in quotes is none', { answer: says('x="a, no-store", max-age=60') }, again],
  ['§5.2.2.7: private is not kept', { answer: says('private, max-age=60') }, anew],
  ['§5.2.2.7: private fields make the whole private', { answer: says('private="x", max-age=60') }, anew],
  [
    '§5.2.2.3: must-understand goes before no-store',
    { answer: says('must-understand, no-store, max-age=60') },
    again,
  ],
  [
    '§5.2.2.3: what is not understood is not kept',
    { answer: { ...says('must-understand, max-age=60'), status: 299 } },
    anew,
  ],
  [
    '§3: a 404 is kept',
    { answer: { ...says('max-age=60'), status: 404 } },
    { ...again, gets: { status: 404, body: 'one' } },
  ],
  [
    '§3: a 302 that says how long is kept',
    { answer: { ...says('max-age=60', { Location: '/y' }), status: 302 } },
    { gets: { status: 302 }, said: 'hit' },
  ],
  ['§3: no 5xx is kept', { answer: { ...says('max-age=60'), status: 501 } }, anew],
  [
    '§3.3: no part is kept',
    { answer: { ...says('max-age=60', { 'Content-Range': 'bytes 0-2/9' }), status: 206 } },
    anew,
  ],
  [
    '§7.3: no answer that sets a cookie is kept',
    { answer: says('public, max-age=60', { 'Set-Cookie': 'a=b' }) },
    anew,
  ],
  [
    '§3.1: what concerns one connection is not kept',
    { answer: says('max-age=60', { Connection: 'x-hop', 'X-Hop': '1', 'X-Kept': '1' }) },
    { ...again, gets: { headers: { 'x-hop': undefined, 'x-kept': '1' } } },
  ],
  [
    '§3.5: an answer to credentials is not kept',
    { ask: withKey, answer: says('max-age=60') },
    { ...anew, ask: withKey },
  ],
  ['§3.5: nor for those without', { ask: withKey, answer: says('max-age=60') }, anew],
  [
    '§3.5: unless it is public',
    { ask: withKey, answer: says('public, max-age=60') },
    { ...again, ask: asking({ authorization: 'Bearer b' }) },
  ],
  ['§3.5: or says s-maxage', { ask: withKey, answer: says('s-maxage=60') }, again],
  ['a cookie is a credential', { ask: asking({ cookie: 'a=b' }), answer: says('max-age=60') }, anew],
  [
    'with credentials nobody gets what those without got',
    { answer: says('max-age=60') },
    { ...anew, ask: withKey },
  ],
]);
