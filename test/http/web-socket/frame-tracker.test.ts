import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FrameTracker } from '../../../src/http/web-socket/frame-tracker.ts';

interface Frame {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly mask: Uint8Array | undefined;
  readonly length: number;
}

/** A frame as RFC 6455 §5.2 draws it. */
function encode({ opcode, isFinal, mask, length }: Frame): Buffer {
  const masked = mask ? 0x80 : 0;
  const first = (isFinal ? 0x80 : 0) | opcode;
  const size = Buffer.alloc(length < 126 ? 0 : length < 65_536 ? 2 : 8);
  if (size.length === 2) size.writeUInt16BE(length);
  if (size.length === 8) size.writeBigUInt64BE(BigInt(length));
  const short = length < 126 ? length : length < 65_536 ? 126 : 127;
  // The payload looks like headers of close frames.
  return Buffer.concat([
    Buffer.of(first, masked | short),
    size,
    mask ?? Buffer.alloc(0),
    Buffer.alloc(length, 0x88),
  ]);
}

const frames = fc.array(
  fc.record({
    opcode: fc.constantFrom(0, 1, 2, 9, 10),
    isFinal: fc.boolean(),
    mask: fc.option(fc.uint8Array({ minLength: 4, maxLength: 4 }), { nil: undefined }),
    length: fc.oneof(fc.nat(200), fc.constantFrom(0, 125, 126, 127, 65_535, 65_536, 70_000)),
  }),
  { minLength: 1, maxLength: 4 },
);

const cut = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
  const pieces: Buffer[] = [];
  let at = 0;
  for (let index = 0; at < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
};

const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 80_000 })), {
  minLength: 1,
  maxLength: 5,
});

describe('FrameTracker', () => {
  it('It is at a boundary exactly where a frame ends, however the bytes are cut', () => {
    fc.assert(
      fc.property(frames, sizes, (all, cuts) => {
        const ends = new Set([0]);
        let end = 0;
        const bytes = Buffer.concat(
          all.map((one) => {
            const encoded = encode(one);
            end += encoded.length;
            ends.add(end);
            return encoded;
          }),
        );
        const tracker = new FrameTracker();
        let at = 0;
        const wrong: number[] = [];
        for (const piece of cut(bytes, cuts)) {
          tracker.read(piece);
          at += piece.length;
          if (tracker.isAtBoundary !== ends.has(at)) wrong.push(at);
        }
        expect(wrong).toEqual([]);
        expect(tracker.hasClose).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('From any position it finds the end of the current frame', () => {
    fc.assert(
      fc.property(frames, fc.nat(), (all, position) => {
        const encoded = all.map(encode);
        const bytes = Buffer.concat(encoded);
        const at = position % bytes.length;
        let end = 0;
        for (const one of encoded) {
          end += one.length;
          if (end > at) break;
        }
        const tracker = new FrameTracker();
        tracker.read(bytes.subarray(0, at));
        expect(tracker.readToBoundary(bytes.subarray(at))).toBe(end - at);
        expect(tracker.isAtBoundary).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('It notices a close frame, but no payload that looks like one', () => {
    const tracker = new FrameTracker();
    tracker.read(encode({ opcode: 2, isFinal: true, mask: undefined, length: 1000 }));
    expect(tracker.hasClose).toBe(false);
    tracker.read(encode({ opcode: 8, isFinal: true, mask: undefined, length: 2 }));
    expect(tracker.hasClose).toBe(true);
  });

  it('Any bytes can be read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const tracker = new FrameTracker();
        tracker.read(Buffer.from(bytes));
        const end = tracker.readToBoundary(Buffer.from(bytes));
        expect(end === undefined || (end > 0 && end <= bytes.length)).toBe(true);
      }),
    );
  });

  it('A frame of the greatest length has no end in sight', () => {
    const tracker = new FrameTracker();
    tracker.read(Buffer.from('827f7fffffffffffffff', 'hex'));
    expect(tracker.readToBoundary(Buffer.alloc(100_000))).toBeUndefined();
  });
});
