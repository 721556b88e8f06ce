import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { refuseCrossSite, sameSiteOrGateway } from '../../src/http/same-site.ts';

const HOST = 'api.example:8080';
const requestWith = (method: string, headers: Record<string, string>): IncomingMessage =>
  ({ method, headers: { host: HOST, ...headers }, socket: {} }) as unknown as IncomingMessage;

const FOREIGN: readonly Record<string, string>[] = [
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'cross-site', origin: `http://${HOST}` },
  { 'sec-fetch-site': 'unheard-of' },
  { origin: 'https://evil.example' },
  { origin: 'http://api.example:9090' },
  { origin: 'http://api.example' },
  { origin: 'null' },
  { origin: '' },
];
const OWN: readonly Record<string, string>[] = [
  {},
  { 'sec-fetch-site': 'same-origin' },
  { 'sec-fetch-site': 'none' },
  // The public origin of the proxy before the server.
  { 'sec-fetch-site': 'same-origin', origin: 'https://public.example' },
  { origin: `http://${HOST}` },
];

describe.each(['POST', 'PUT', 'PATCH', 'DELETE', 'PURGE'])('Cross-site check of %s', (method) => {
  it.each(FOREIGN)('The method is refused with the headers %j', (headers) => {
    expect(() => refuseCrossSite(requestWith(method, headers))).toThrow(/another site/);
    expect(() => sameSiteOrGateway(requestWith(method, headers) as never, {} as never, () => {})).toThrow();
  });

  it.each(OWN)('The method is accepted with the headers %j', (headers) => {
    expect(() => refuseCrossSite(requestWith(method, headers))).not.toThrow();
  });

  it('A service accepts requests that the gateway has forwarded', () => {
    let isAccepted = false;
    sameSiteOrGateway(
      requestWith(method, { ...FOREIGN[0], via: '1.1 linkway' }) as never,
      {} as never,
      () => {
        isAccepted = true;
      },
    );
    expect(isAccepted).toBe(true);
  });
});

it.each(['GET', 'HEAD', 'OPTIONS'])(
  '%s is accepted from every page because it is a safe method',
  (method) => {
    for (const headers of FOREIGN) expect(() => refuseCrossSite(requestWith(method, headers))).not.toThrow();
  },
);

it('The default port of a scheme may be left out', () => {
  const headers = { host: 'api.example', origin: 'https://api.example:443' };
  expect(() => refuseCrossSite(requestWith('POST', headers))).not.toThrow();
});

describe('Behind a proxy with another host name', () => {
  const headers = { origin: 'https://public.example', 'x-forwarded-host': 'public.example' };

  it('The forwarded host is accepted from a trusted proxy', () => {
    expect(() => refuseCrossSite(requestWith('POST', headers), { isTrusted: true })).not.toThrow();
    expect(() => refuseCrossSite(requestWith('POST', headers))).toThrow();
  });

  it('Configured host names of this server are accepted', () => {
    const isOwnHost = (name: string) => name === 'public.example';
    expect(() =>
      refuseCrossSite(requestWith('POST', { origin: 'https://public.example' }), { isOwnHost }),
    ).not.toThrow();
    expect(() =>
      refuseCrossSite(requestWith('POST', { origin: 'https://evil.example' }), { isOwnHost }),
    ).toThrow();
  });
});
