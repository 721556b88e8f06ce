/** What an unsafe method makes a cache forget (RFC 9111 §4.4). */
import { again, anew, asking, holds, says } from '../../support/cache-rules.ts';

holds([
  [
    '§4.4: an unsafe method forgets its own URL',
    { answer: says('max-age=60') },
    { ask: { method: 'PUT' }, answer: { status: 204 }, said: 'fwd=method' },
    anew,
  ],
  [
    '§4.4: also for those who ask under another host',
    { ask: asking({ host: 'b.example' }), answer: says('max-age=60') },
    { ask: { method: 'PUT' }, answer: { status: 204 } },
    { ...anew, ask: asking({ host: 'b.example' }) },
  ],
  [
    '§4.4: not where it failed',
    { answer: says('max-age=60') },
    { ask: { method: 'PUT' }, answer: { status: 409 } },
    again,
  ],
  [
    '§4.4: Location',
    { ask: { path: '/y' }, answer: says('max-age=60') },
    { ask: { method: 'POST' }, answer: { status: 201, headers: { Location: '/y' } } },
    { ...anew, ask: { path: '/y' } },
  ],
  [
    '§4.4: Content-Location',
    { ask: { path: '/items/1' }, answer: says('max-age=60') },
    { ask: { method: 'POST' }, answer: { headers: { 'Content-Location': 'items/1' } } },
    { ...anew, ask: { path: '/items/1' } },
  ],
  [
    '§4.4: not of another origin',
    { ask: { path: '/y' }, answer: says('max-age=60') },
    { ask: { method: 'POST' }, answer: { status: 201, headers: { Location: 'http://other.example/y' } } },
    { ...again, ask: { path: '/y' } },
  ],
  [
    '§4.4: and what the service says by a link',
    { ask: { path: '/y' }, answer: says('max-age=60') },
    { ask: { method: 'POST' }, answer: { headers: { Link: '</y>; rel="invalidates"' } } },
    { ...anew, ask: { path: '/y' } },
  ],
]);
