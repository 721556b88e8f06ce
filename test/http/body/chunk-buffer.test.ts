import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ChunkBuffer } from '../../../src/http/body/chunk-buffer.ts';

const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 40_000 })), {
  maxLength: 60,
});

const filled = (lengths: readonly number[]) => {
  const pieces = new ChunkBuffer();
  const given = lengths.map((length, index) => Buffer.alloc(length, index));
  for (const piece of given) pieces.append(piece);
  return { pieces, given };
};

describe('ChunkBuffer', () => {
  it('Bytes are returned in order, whatever the size of the chunks', () => {
    fc.assert(
      fc.property(sizes, (lengths) => {
        const { pieces, given } = filled(lengths);
        const all = Buffer.concat(given);
        expect(pieces.byteLength).toBe(all.length);
        expect(Buffer.concat(pieces.chunks()).equals(all)).toBe(true);
        expect(pieces.toBuffer().equals(all)).toBe(true);
      }),
    );
  });

  it('Chunks can be appended after reading', () => {
    fc.assert(
      fc.property(sizes, sizes, (before, after) => {
        const { pieces, given } = filled(before);
        pieces.chunks();
        const more = after.map((length) => Buffer.alloc(length, 255));
        for (const piece of more) pieces.append(piece);
        expect(pieces.toBuffer().equals(Buffer.concat([...given, ...more]))).toBe(true);
      }),
    );
  });

  it('Many chunks of one byte are stored in few buffers', () => {
    const { pieces } = filled(Array.from({ length: 100_000 }, () => 1));
    expect(pieces.chunks().length).toBeLessThan(10);
  });

  it('A single chunk is not copied', () => {
    const one = Buffer.from('alone');
    const pieces = new ChunkBuffer();
    pieces.append(one);
    expect(pieces.toBuffer()).toBe(one);
  });
});
