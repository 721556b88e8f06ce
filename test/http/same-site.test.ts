import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { refuseCrossSite, sameSiteOrGateway } from '../../src/http/same-site.ts';

const HOST = 'api.example:8080';
const asked = (method: string, headers: Record<string, string>): IncomingMessage =>
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
  // The public origin of a proxy before it.
  { 'sec-fetch-site': 'same-origin', origin: 'https://public.example' },
  { origin: `http://${HOST}` },
];

describe.each(['POST', 'PUT', 'PATCH', 'DELETE', 'PURGE'])('%s', (method) => {
  it.each(FOREIGN)('is refused with %j', (headers) => {
    expect(() => refuseCrossSite(asked(method, headers))).toThrow(/another site/);
    expect(() => sameSiteOrGateway(asked(method, headers) as never, {} as never, () => {})).toThrow();
  });

  it.each(OWN)('is taken with %j', (headers) => {
    expect(() => refuseCrossSite(asked(method, headers))).not.toThrow();
  });

  it('is taken by a service where a gateway has passed it on', () => {
    let isTaken = false;
    sameSiteOrGateway(asked(method, { ...FOREIGN[0], via: '1.1 linkway' }) as never, {} as never, () => {
      isTaken = true;
    });
    expect(isTaken).toBe(true);
  });
});

it.each(['GET', 'HEAD', 'OPTIONS'])('%s is taken from every page, as it changes nothing', (method) => {
  for (const headers of FOREIGN) expect(() => refuseCrossSite(asked(method, headers))).not.toThrow();
});

it('takes the port of a scheme as said', () => {
  const headers = { host: 'api.example', origin: 'https://api.example:443' };
  expect(() => refuseCrossSite(asked('POST', headers))).not.toThrow();
});

describe('behind a proxy with another name', () => {
  const headers = { origin: 'https://public.example', 'x-forwarded-host': 'public.example' };

  it('the name that it forwards is ours where it is trusted', () => {
    expect(() => refuseCrossSite(asked('POST', headers), { isTrusted: true })).not.toThrow();
    expect(() => refuseCrossSite(asked('POST', headers))).toThrow();
  });

  it('a name of ours is that of our pages', () => {
    const isOwnName = (name: string) => name === 'public.example';
    expect(() =>
      refuseCrossSite(asked('POST', { origin: 'https://public.example' }), { isOwnHost: isOwnName }),
    ).not.toThrow();
    expect(() =>
      refuseCrossSite(asked('POST', { origin: 'https://evil.example' }), { isOwnHost: isOwnName }),
    ).toThrow();
  });
});
