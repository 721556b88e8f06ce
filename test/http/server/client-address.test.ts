/** Identification of the client: no request can influence it. */
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clientOf } from '../../../src/http/server/client-address.ts';
import type { TrustedProxies } from '../../../src/http/server/trust-proxy.ts';

const ALL: TrustedProxies = { trustProxy: true };
const NONE: TrustedProxies = { trustProxy: false };
const OURS: TrustedProxies = { trustProxy: false, trustedProxies: ['10.0.0.0/8', 'fd00::/8'] };

const requestFrom = (remoteAddress: string | undefined, headers: Record<string, string> = {}) =>
  ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage;
const client = (config: TrustedProxies, peer: string | undefined, headers?: Record<string, string>) =>
  clientOf(config)(requestFrom(peer, headers));
const by = (chain: string) => ({ 'x-forwarded-for': chain });

describe('Client of a request', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '20010db800010002::/64'],
    ['2001:db8:1:2::', '20010db800010002::/64'],
    ['2001:db8:1:3::', '20010db800010003::/64'],
    ['::1', '0000000000000000::/64'],
    [undefined, 'unknown'],
  ])('The client with the peer %s is %s', (peer, expected) => {
    for (const config of [ALL, NONE, OURS]) expect(client(config, peer)).toBe(expected);
  });

  it.each([
    [ALL, '203.0.113.7', '203.0.113.7'],
    [ALL, '203.0.113.7:4711', '203.0.113.7'],
    [ALL, '2001:db8::1', '20010db800000000::/64'],
    [ALL, '[2001:db8::1]:4711', '20010db800000000::/64'],
    [ALL, '198.51.100.9, 203.0.113.7', '203.0.113.7'],
    [ALL, '198.51.100.9,10.1.1.1', '10.1.1.1'],
    [ALL, 'unknown', '10.0.0.1'],
    [ALL, '', '10.0.0.1'],
    [ALL, ',', '10.0.0.1'],
    [OURS, '198.51.100.9, 203.0.113.7', '203.0.113.7'],
    [OURS, '198.51.100.9, 203.0.113.7, 10.1.1.1, fd00::1', '203.0.113.7'],
    [OURS, '10.2.2.2, 10.1.1.1', '10.2.2.2'],
    [OURS, 'nonsense, 10.1.1.1', '10.1.1.1'],
    [NONE, '203.0.113.7', '10.0.0.1'],
  ])('With %j and X-Forwarded-For: %j the client is %s', (config, chain, expected) => {
    expect(client(config, '10.0.0.1', by(chain))).toBe(expected);
  });

  it.each([
    ['for=203.0.113.7', '203.0.113.7'],
    ['for=198.51.100.9, proto=https;For="203.0.113.7:80";by=10.0.0.1', '203.0.113.7'],
    ['for="[2001:db8::1]:4711"', '20010db800000000::/64'],
    ['for=_hidden', '10.0.0.1'],
    ['proto=https', '10.0.0.1'],
  ])('With Forwarded: %s the client is %s', (forwarded, expected) => {
    expect(client(ALL, '10.0.0.1', { forwarded })).toBe(expected);
  });

  it('Entries before those of a trusted proxy do not change the client', () => {
    fc.assert(
      fc.property(fc.constantFrom(ALL, OURS), fc.string({ unit: 'binary' }), (config, said) => {
        expect(client(config, '10.0.0.1', by(`${said}, 203.0.113.7`))).toBe('203.0.113.7');
      }),
    );
  });

  it('Without a trusted proxy the header does not change the client', () => {
    fc.assert(
      fc.property(fc.constantFrom(NONE, OURS), fc.string({ unit: 'binary' }), (config, said) => {
        expect(client(config, '203.0.113.7', { ...by(said), forwarded: said, authorization: said })).toBe(
          '203.0.113.7',
        );
      }),
    );
  });

  it('The client is always an address or its network', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (said) => {
        expect(client(ALL, '10.0.0.1', by(said))).toMatch(/^(?:\d+(?:\.\d+){3}|[\da-f]{16}::\/64)$/);
      }),
    );
  });

  it('Only a limited part of the header is read', () => {
    const chain = `198.51.100.9, ${'10.1.1.1, '.repeat(2000)}10.1.1.2`;
    expect(client(OURS, '10.0.0.1', by(chain))).toBe('10.1.1.1');
  });
});
