import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InterimStatus } from '../../../src/outbound/call/interim-status.ts';

const interim = fc.constantFrom(
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 100\n\n',
  'HTTP/1.1 100 Continue\r\nX-100: HTTP/1.1 100\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nLink: </a 100>\r\n\r\n',
  'HTTP/1.1 102 Processing\r\n\r\n',
  '\r\n',
);
const final = fc.constantFrom(
  'HTTP/1.1 200 OK\r\nA: b\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 404 Not Found\r\n\r\n',
  'HTTP/1.0 500 100\r\n\r\n100',
);
const conversation = fc
  .tuple(fc.array(interim, { maxLength: 5 }), final)
  .map(([before, last]) => ({ before: before.join(''), last }));

/** The bytes may arrive in chunks of any length. */
const inPieces = (text: string, lengths: readonly number[]): Buffer[] => {
  const pieces: Buffer[] = [];
  let rest = text;
  for (const length of lengths) {
    pieces.push(Buffer.from(rest.slice(0, length)));
    rest = rest.slice(length);
  }
  return [...pieces, Buffer.from(rest)];
};

describe('Status lines', () => {
  it('with 100 get another interim status, in any chunks, and nothing else changes', () => {
    fc.assert(
      fc.property(conversation, fc.array(fc.nat(30), { maxLength: 20 }), ({ before, last }, lengths) => {
        const status = new InterimStatus();
        for (let turn = 0; turn < 2; turn++) {
          status.expect();
          const pieces = inPieces(before + last, lengths);
          for (const piece of pieces) if (status.isExpected) status.rewriteContinue(piece);
          expect(String(Buffer.concat(pieces))).toBe(
            before.replaceAll(/^HTTP\/1.1 100/gm, 'HTTP/1.1 109') + last,
          );
          expect(status.isExpected).toBe(false);
        }
      }),
    );
  });

  it('that are not HTTP stay unchanged', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => {
        const status = new InterimStatus();
        status.expect();
        const copy = Buffer.from(bytes);
        status.rewriteContinue(copy);
        expect([...copy]).toEqual([...bytes]);
      }),
    );
  });
});
