import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseNetwork, trustProxy } from '../../../src/http/server/trust-proxy.ts';

const trusting = (...trustedProxies: string[]) => trustProxy({ trustProxy: false, trustedProxies });

describe('Trusted proxy', () => {
  it.each([
    ['10.0.0.0/8', '10.200.3.4', true],
    ['10.0.0.0/8', '::ffff:10.200.3.4', true],
    ['::ffff:10.0.0.0/104', '10.200.3.4', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['::1', '::1', true],
    ['2001:db8::/32', '2001:db8:1::9', true],
    ['2001:db8::/32', '2001:db9::9', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '::2', false],
  ])('The network %s contains the peer %s: %p', (network, peer, isTrusted) => {
    expect(trusting(network)(peer)).toBe(isTrusted);
  });

  it('Unknown peers and empty lists are not trusted', () => {
    expect(trusting('0.0.0.0/0')(undefined)).toBe(false);
    expect(trusting()('127.0.0.1')).toBe(false);
  });

  it('Without a list every peer or none is trusted', () => {
    expect(trustProxy({ trustProxy: true })('203.0.113.9')).toBe(true);
    expect(trustProxy({ trustProxy: false })('127.0.0.1')).toBe(false);
  });

  it('A network contains exactly the addresses that share its prefix', () => {
    const address = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
    const bits = (parts: readonly number[]) =>
      parts.map((part) => part.toString(2).padStart(8, '0')).join('');
    fc.assert(
      fc.property(address, address, fc.nat(32), (network, peer, prefix) => {
        const isWithin = bits(network).slice(0, prefix) === bits(peer).slice(0, prefix);
        expect(trusting(`${network.join('.')}/${prefix}`)(peer.join('.'))).toBe(isWithin);
      }),
    );
  });
});

it.each([
  '10.0.0.0/33',
  '::1/129',
  '10.0.0',
  'proxy',
  '',
  '10.0.0.0/8/8',
  '10.0.0.0/-1',
  '::ffff:10.0.0.1/95',
])('%j is not a network', (text) => {
  expect(parseNetwork(text)).toBeUndefined();
});
