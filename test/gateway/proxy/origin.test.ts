import type { IncomingMessage } from 'node:http';
import { expect, it } from '@jest/globals';
import { originOf } from '../../../src/gateway/proxy/origin.ts';

const request = (headers: Record<string, string>, encrypted = false) =>
  ({ headers, socket: { encrypted } }) as unknown as IncomingMessage;

const forwarded = {
  host: 'inner:8080',
  'x-forwarded-proto': 'https, http',
  'x-forwarded-host': 'api.example.com, inner',
};

it.each([
  [{ host: 'localhost:8080' }, false, false, 'http://localhost:8080'],
  [{ host: '[::1]:8080' }, false, true, 'https://[::1]:8080'],
  [forwarded, false, false, 'http://inner:8080'],
  [forwarded, true, false, 'https://api.example.com'],
  [{ host: 'inner' }, true, false, 'http://inner'],
  [{ host: 'evil"><script>' }, false, false, 'http://localhost'],
  [{}, false, false, 'http://localhost'],
])(
  'The origin of %j, with trusted proxies: %j, over TLS: %j, is %s',
  (headers, trustProxy, encrypted, origin) => {
    expect(originOf(request(headers, encrypted), trustProxy)).toBe(origin);
  },
);

it('Only HTTP schemes are accepted from a proxy', () => {
  expect(originOf(request({ host: 'x', 'x-forwarded-proto': 'javascript' }), true)).toBe('http://x');
});
