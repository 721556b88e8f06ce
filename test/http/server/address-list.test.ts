/** Lists of addresses: no spelling and no forged header admits a client that the list refuses. */
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AddressList, addressCheck } from '../../../src/http/server/address-list.ts';
import type { TrustedProxies } from '../../../src/http/server/trust-proxy.ts';

const admits = (allow: readonly string[], deny: readonly string[], address: string) =>
  new AddressList({ allow, deny }).admits(address);

describe('A list of addresses', () => {
  it.each([
    [[], [], '192.0.2.1', true],
    [[], [], '2001:db8::1', true],
    [['192.0.2.0/24'], [], '192.0.2.255', true],
    [['192.0.2.0/24'], [], '192.0.3.0', false],
    [['192.0.2.7'], [], '192.0.2.7', true],
    [['192.0.2.7'], [], '192.0.2.8', false],
    [['192.0.2.0/24'], [], '::ffff:192.0.2.1', true],
    [['192.0.2.0/24'], [], '::ffff:c000:201', true],
    [['192.0.2.0/24'], [], '0:0:0:0:0:FFFF:192.0.2.1', true],
    [['::ffff:192.0.2.0/120'], [], '192.0.2.1', true],
    [['::ffff:192.0.2.0/120'], [], '::ffff:192.0.3.1', false],
    // Deprecated IPv4-compatible addresses (RFC 4291 §2.5.5.1) are not routed.
    [['192.0.2.0/24'], [], '::192.0.2.1', true],
    [[], ['::/0'], '192.0.2.1', true],
    [['0.0.0.0/0'], [], '2001:db8::1', false],
    [['::/0'], [], '192.0.2.1', false],
    [['::/0'], [], '2001:db8::1', true],
    [['0.0.0.0/0', '::/0'], [], '192.0.2.1', true],
    [['2001:db8::/32'], [], '2001:DB8:0::1', true],
    [['2001:db8::/32'], [], '2001:db9::1', false],
    [['fe80::/10'], [], 'fe80::1%eth0', true],
    [['fe80::1%eth0'], [], 'fe80::1%eth1', true],
    [['2001:db8::/32'], [], 'fe80::1%2001:db8::1', false],
    [[], ['192.0.2.0/24'], '::ffff:192.0.2.9', false],
    [[], ['fe80::/10'], 'fe80::1%eth0', false],
    [[], ['192.0.2.0/24'], '192.0.3.1', true],
    [['192.0.0.0/16'], ['192.0.2.0/24'], '192.0.2.1', false],
    [['192.0.2.1'], ['192.0.2.0/24'], '192.0.2.1', false],
    [['192.0.0.0/16'], ['192.0.2.0/24'], '192.0.3.1', true],
    [['10.0.0.1/8'], [], '10.255.0.1', true],
  ])('With allow: %j and deny: %j the address %s is admitted: %p', (allow, deny, address, expected) => {
    expect(admits(allow, deny, address)).toBe(expected);
  });

  it.each([
    '',
    'unknown',
    '_hidden',
    '192.0.2',
    '192.0.2.1.',
    '0300.0.2.1',
    '0xc0000201',
    '3221225985',
    '192.0.2.1/24',
    '[::1]',
    'localhost',
    '192.0.2.1 ',
    '%eth0',
  ])('The text %j is no address and is not admitted', (text) => {
    for (const [allow, deny] of [
      [[], ['203.0.113.1']],
      [['0.0.0.0/0', '::/0'], []],
      [[], []],
    ] as const)
      expect(admits(allow, deny, text)).toBe(false);
  });

  const bits = (address: string): string =>
    address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');

  it('An IPv4 network has exactly the addresses with its leading bits, mapped into IPv6 or not', () => {
    fc.assert(
      fc.property(
        fc.ipV4(),
        fc.integer({ min: 0, max: 32 }),
        fc.ipV4(),
        fc.nat(32),
        (base, prefix, other, shared) => {
          // Addresses that share leading bits with the network are more interesting than others.
          const mixed = bits(base).slice(0, shared) + bits(other).slice(shared);
          const address = [0, 8, 16, 24].map((at) => Number.parseInt(mixed.slice(at, at + 8), 2)).join('.');
          const isInside = bits(address).slice(0, prefix) === bits(base).slice(0, prefix);
          const network = `${base}/${prefix}`;
          for (const text of [address, `::ffff:${address}`]) {
            expect(admits([network], [], text)).toBe(isInside);
            expect(admits([], [network], text)).toBe(!isInside);
          }
        },
      ),
    );
  });

  it('An IPv6 address has one decision in all spellings', () => {
    const groups = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xff_ff })), {
      minLength: 8,
      maxLength: 8,
    });
    fc.assert(
      fc.property(groups, fc.integer({ min: 0, max: 128 }), fc.nat(127), (parts, prefix, flipped) => {
        const text = (list: readonly number[]) => list.map((part) => part.toString(16)).join(':');
        const changed = parts.map((part, i) =>
          i === flipped >> 4 ? part ^ (0x80_00 >> (flipped & 15)) : part,
        );
        const isMapped = (list: readonly number[]) => list.slice(0, 6).join() === '0,0,0,0,0,65535';
        fc.pre(!isMapped(parts) && !isMapped(changed));
        const network = `${text(parts)}/${prefix}`;
        const padded = parts.map((part) => part.toString(16).padStart(4, '0').toUpperCase()).join(':');
        for (const spelling of [text(parts), padded, `${padded}%zone`])
          expect(admits([network], [], spelling)).toBe(true);
        expect(admits([network], [], text(changed))).toBe(flipped >= prefix);
      }),
    );
  });
});

const requestFrom = (remoteAddress: string | undefined, headers: Record<string, string> = {}) =>
  ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage;

const NONE: TrustedProxies = { trustProxy: false };
const ALL: TrustedProxies = { trustProxy: true };
const OURS: TrustedProxies = { trustProxy: false, trustedProxies: ['10.0.0.0/8', 'fd00::/8'] };
const office = new AddressList({ allow: ['203.0.113.0/24', '2001:db8::/32'], deny: ['203.0.113.66'] });
const isAllowed = (config: TrustedProxies, peer: string | undefined, headers?: Record<string, string>) =>
  addressCheck(config)(requestFrom(peer, headers), office);

describe('The client whose address is checked', () => {
  const IN = '203.0.113.1';
  const OUT = '198.51.100.1';

  it.each([
    [NONE, IN, {}, true],
    [NONE, OUT, {}, false],
    [NONE, undefined, {}, false],
    [NONE, OUT, { 'x-forwarded-for': IN }, false],
    [NONE, OUT, { forwarded: `for=${IN}` }, false],
    [NONE, IN, { 'x-forwarded-for': OUT }, true],
    [OURS, OUT, { 'x-forwarded-for': IN }, false],
    [OURS, '10.0.0.1', {}, false],
    [OURS, '10.0.0.1', { 'x-forwarded-for': IN }, true],
    [OURS, '::ffff:10.0.0.1', { 'x-forwarded-for': `[2001:db8::9]:443` }, true],
    [OURS, '10.0.0.1', { 'x-forwarded-for': '203.0.113.66' }, false],
    [OURS, '10.0.0.1', { 'x-forwarded-for': `${IN}, ${OUT}` }, false],
    [OURS, '10.0.0.1', { 'x-forwarded-for': `${OUT}, ${IN}, 10.2.2.2` }, true],
    [OURS, '10.0.0.1', { 'x-forwarded-for': `${IN}, unknown, 10.2.2.2` }, false],
    [OURS, '10.0.0.1', { 'x-forwarded-for': 'unknown' }, false],
    [OURS, '10.0.0.1', { 'x-forwarded-for': '' }, false],
    [OURS, '10.0.0.1', { 'x-forwarded-for': ',' }, false],
    [OURS, '10.0.0.1', { 'x-forwarded-for': `${IN},` }, false],
    [OURS, '10.0.0.1', { forwarded: `for=${IN};proto=https` }, true],
    [OURS, '10.0.0.1', { forwarded: 'for=_hidden' }, false],
    [OURS, '10.0.0.1', { forwarded: 'proto=https' }, false],
    [OURS, '10.0.0.1', { 'x-forwarded-for': IN, forwarded: `for=${OUT}` }, false],
    [OURS, '10.0.0.1', { 'x-forwarded-for': OUT, forwarded: `for=${IN}` }, false],
    [OURS, '10.0.0.1', { 'x-forwarded-for': IN, forwarded: `for=${IN}` }, true],
    [OURS, '10.0.0.1', { 'x-forwarded-for': `${IN}${', 10.0.0.1'.repeat(15)}` }, true],
    [OURS, '10.0.0.1', { 'x-forwarded-for': `${IN}${', 10.0.0.1'.repeat(16)}` }, false],
    [OURS, '10.0.0.1', { 'x-forwarded-for': `${'x'.repeat(5000)}, ${IN}` }, false],
    [ALL, '192.0.2.1', { 'x-forwarded-for': `${OUT}, ${IN}` }, true],
    [ALL, '192.0.2.1', { 'x-forwarded-for': `${IN}, ${OUT}` }, false],
    [ALL, IN, {}, true],
  ])('With %j, the peer %s and %j the request is allowed: %p', (config, peer, headers, expected) => {
    expect(isAllowed(config, peer, headers as never)).toBe(expected);
  });

  const text = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.constantFrom(
      IN,
      '10.0.0.1',
      'unknown',
      '',
      '2001:db8::1',
      `for=${IN}`,
      '"',
      ';',
      `for="[2001:db8::1]"`,
    ),
    fc.string({ maxLength: 10 }),
  );
  const chain = fc.array(text, { maxLength: 20 }).map((entries) => entries.join(', '));

  it('Whatever a refused client sends, what its proxy adds decides', () => {
    fc.assert(
      fc.property(chain, chain, fc.boolean(), (sent, other, hasOther) => {
        // The proxy appends the address of the client to one of the headers.
        const forwardedFor = { 'x-forwarded-for': sent === '' ? OUT : `${sent}, ${OUT}` };
        const forwarded = { forwarded: sent === '' ? `for=${OUT}` : `${sent}, for=${OUT}` };
        for (const headers of [
          { ...forwardedFor, ...(hasOther && { forwarded: other }) },
          { ...forwarded, ...(hasOther && { 'x-forwarded-for': other }) },
        ])
          expect(isAllowed(OURS, '10.0.0.1', headers)).toBe(false);
      }),
    );
  });

  it('A client that reaches the gateway directly cannot change its address', () => {
    fc.assert(
      fc.property(chain, chain, (a, b) => {
        const headers = { 'x-forwarded-for': a, forwarded: b };
        expect(isAllowed(OURS, OUT, headers)).toBe(false);
        expect(isAllowed(OURS, IN, headers)).toBe(true);
      }),
    );
  });

  it('A decision is the same when it is asked again, for each list of its own', () => {
    const check = addressCheck(OURS);
    const lists = [office, new AddressList({ allow: [], deny: ['203.0.113.0/24'] })];
    fc.assert(
      fc.property(fc.constantFrom(IN, OUT, '10.0.0.1'), chain, (peer, sent) => {
        const req = requestFrom(peer, { 'x-forwarded-for': sent });
        for (const list of lists) {
          const first = addressCheck(OURS)(req, list);
          expect([check(req, list), check(req, list)]).toEqual([first, first]);
        }
      }),
    );
  });
});
