import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ChunkBuffer } from '../../../src/http/body/chunk-buffer.ts';

const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 40_000 })), {
  maxLength: 60,
});

const filled = (lengths: readonly number[]) => {
  const buffer = new ChunkBuffer();
  const given = lengths.map((length, index) => Buffer.alloc(length, index));
  for (const chunk of given) buffer.append(chunk);
  return { buffer, given };
};

describe('ChunkBuffer', () => {
  it('Bytes are returned in order, whatever the size of the chunks', () => {
    fc.assert(
      fc.property(sizes, (lengths) => {
        const { buffer, given } = filled(lengths);
        const all = Buffer.concat(given);
        expect(buffer.byteLength).toBe(all.length);
        expect(Buffer.concat(buffer.chunks()).equals(all)).toBe(true);
        expect(buffer.toBuffer().equals(all)).toBe(true);
      }),
    );
  });

  it('Chunks can be appended after reading', () => {
    fc.assert(
      fc.property(sizes, sizes, (before, after) => {
        const { buffer, given } = filled(before);
        buffer.chunks();
        const more = after.map((length) => Buffer.alloc(length, 255));
        for (const chunk of more) buffer.append(chunk);
        expect(buffer.toBuffer().equals(Buffer.concat([...given, ...more]))).toBe(true);
      }),
    );
  });

  it('Many chunks of one byte are stored in few buffers', () => {
    const { buffer } = filled(Array.from({ length: 100_000 }, () => 1));
    expect(buffer.chunks().length).toBeLessThan(10);
  });

  it('A single chunk is not copied', () => {
    const one = Buffer.from('alone');
    const buffer = new ChunkBuffer();
    buffer.append(one);
    expect(buffer.toBuffer()).toBe(one);
  });
});
