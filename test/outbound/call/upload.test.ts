import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { toUpload } from '../../../src/outbound/call/upload.ts';

const PIECE = 65_536;
const bytes = (length: number) => Buffer.from(Array.from({ length }, (_, index) => index % 251));

describe('The body of a request', () => {
  it.each([0, 1, PIECE])('is one buffer of %s bytes without a length header', (length) => {
    const headers = ['A', 'b'];
    const body = bytes(length);
    expect(toUpload(body, headers)).toBe(body);
    expect(headers).toEqual(['A', 'b']);
  });

  it.each([
    [PIECE + 1, [PIECE, 1]],
    [2 * PIECE, [PIECE, PIECE]],
    [2 * PIECE + 5, [PIECE, PIECE, 5]],
  ])('of %s bytes is sent in chunks, with its length', (length, expected) => {
    const headers = ['A', 'content-length', 'content-length-of', '7'];
    const body = bytes(length);
    const pieces = [...(toUpload(body, headers) as unknown as Iterable<Buffer>)];
    expect(pieces.map((piece) => piece.length)).toEqual(expected);
    expect(Buffer.concat(pieces).equals(body)).toBe(true);
    expect(headers.slice(4)).toEqual(['Content-Length', String(length)]);
  });

  it('gets no second length header, in any case of its name', () => {
    const headers = ['content-LENGTH', String(PIECE + 1)];
    toUpload(bytes(PIECE + 1), headers);
    expect(headers).toHaveLength(2);
  });

  it('is the given stream, or nothing', () => {
    const stream = Readable.from(['x']);
    expect(toUpload(stream, [])).toBe(stream);
    expect([toUpload(undefined, []), toUpload(null, [])]).toEqual([null, null]);
  });
});
