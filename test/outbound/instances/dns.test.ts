/** The choice of instances among the addresses of a host name, and of the address of a connection. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  createLookup,
  instanceAddresses,
  isResolvable,
  lookup,
} from '../../../src/outbound/instances/dns.ts';

const four = (...numbers: number[]) => numbers.map((n) => ({ address: `10.0.0.${n}`, family: 4 }));
const six = (...numbers: number[]) => numbers.map((n) => ({ address: `fd00::${n}`, family: 6 }));

it.each([
  ['things', true],
  ['things.example', true],
  ['localhost.example', true],
  ['notlocalhost', true],
  ['1.example', true],
  ['localhost', false],
  ['a.localhost', false],
  ['127.0.0.1', false],
  ['[::1]', false],
  ['::1', false],
])('Whether the host name %s is looked up is %s', (host, expected) =>
  expect(isResolvable(host)).toBe(expected),
);

describe('The instances among addresses', () => {
  it.each<[string, ReturnType<typeof four>, readonly string[], ReturnType<typeof four> | undefined]>([
    ['nothing', [], [], undefined],
    ['one', four(1), [], undefined],
    ['one twice', [...four(1), ...four(1)], [], undefined],
    ['one of each family', [...four(1), ...six(1)], [], undefined],
    ['several', four(1, 2), [], four(1, 2)],
    ['several, one twice', four(1, 2, 1), [], four(1, 2)],
    ['several in the second family', [...four(1), ...six(1, 2)], [], six(1, 2)],
    ['several in both families', [...six(1, 2), ...four(1, 2)], [], six(1, 2)],
    ['one that is left', four(2), ['10.0.0.2'], four(2)],
    ['the family that is known', [...six(1, 2), ...four(1)], ['10.0.0.9', '10.0.0.1'], four(1)],
    ['others than are known', [...six(1), ...four(1, 2)], ['10.0.0.9'], six(1)],
    ['none of those that are known', [], ['10.0.0.9'], undefined],
  ])('are right for %s', (_what, found, known, expected) =>
    expect(instanceAddresses(found, known)).toEqual(expected),
  );

  it('are listed once, and belong to one family', () => {
    const found = fc
      .array(
        fc.oneof(
          fc.nat(4).map((n) => four(n)),
          fc.nat(4).map((n) => six(n)),
        ),
      )
      .map((all) => all.flat());
    const known = fc.array(fc.nat(4).map((n) => `10.0.0.${n}`));
    fc.assert(
      fc.property(found, known, (all, before) => {
        const chosen = instanceAddresses(all, before) ?? [];
        expect(new Set(chosen.map(({ address }) => address)).size).toBe(chosen.length);
        expect(new Set(chosen.map(({ family }) => family)).size).toBeLessThan(2);
        const [one] = chosen;
        const same = new Set(
          all.filter(({ family }) => family === one?.family).map(({ address }) => address),
        );
        expect(chosen.length).toBe(same.size);
      }),
    );
  });
});

describe('A connection', () => {
  const led = (addresses: () => Promise<ReturnType<typeof four>>, all: boolean) =>
    new Promise((resolve) => {
      createLookup(addresses)('any', { all }, (...found) => resolve(found));
    });

  it('goes to the first address, or chooses from all', async () => {
    const addresses = async () => [...six(1), ...four(1)];
    expect(await led(addresses, false)).toEqual([null, 'fd00::1', 6]);
    expect(await led(addresses, true)).toEqual([null, [...six(1), ...four(1)]]);
  });

  it('fails without an address, and when the lookup fails', async () => {
    const reason = new Error('no name server');
    for (const all of [true, false]) {
      expect(await led(async () => [], all)).toEqual([new Error('No address was found.'), []]);
      expect(await led(() => Promise.reject(reason), all)).toEqual([reason, []]);
    }
  });

  it('gets every address that the system knows', async () => {
    for (const { address, family } of await lookup('127.0.0.1'))
      expect([address, family]).toEqual(['127.0.0.1', 4]);
    expect(await lookup('127.0.0.1')).toHaveLength(1);
  });
});
