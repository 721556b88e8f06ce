import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Pieces } from '../../../src/http/body/pieces.ts';

const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 40_000 })), {
  maxLength: 60,
});

const filled = (lengths: readonly number[]) => {
  const pieces = new Pieces();
  const given = lengths.map((length, index) => Buffer.alloc(length, index));
  for (const piece of given) pieces.add(piece);
  return { pieces, given };
};

describe('Pieces', () => {
  it('gives back the bytes that came, in order, whatever their sizes', () => {
    fc.assert(
      fc.property(sizes, (lengths) => {
        const { pieces, given } = filled(lengths);
        const all = Buffer.concat(given);
        expect(pieces.bytes).toBe(all.length);
        expect(Buffer.concat(pieces.list()).equals(all)).toBe(true);
        expect(pieces.whole().equals(all)).toBe(true);
      }),
    );
  });

  it('goes on after it was looked at', () => {
    fc.assert(
      fc.property(sizes, sizes, (before, after) => {
        const { pieces, given } = filled(before);
        pieces.list();
        const more = after.map((length) => Buffer.alloc(length, 255));
        for (const piece of more) pieces.add(piece);
        expect(pieces.whole().equals(Buffer.concat([...given, ...more]))).toBe(true);
      }),
    );
  });

  it('keeps many pieces of a byte in few', () => {
    const { pieces } = filled(Array.from({ length: 100_000 }, () => 1));
    expect(pieces.list().length).toBeLessThan(10);
  });

  it('does not copy one that comes alone', () => {
    const one = Buffer.from('alone');
    const pieces = new Pieces();
    pieces.add(one);
    expect(pieces.whole()).toBe(one);
  });
});
