/** Properties of every codec, and the media types of each. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { form } from '../../src/codecs/form.ts';
import { codecFor, codecs } from '../../src/codecs/index.ts';
import { json } from '../../src/codecs/json.ts';

it.each([
  ['application/json', json],
  ['application/hal+json', json],
  ['application/merge-patch+json', json],
  ['application/x-www-form-urlencoded', form],
  ['application/json-seq', undefined],
  ['application/jsonl', undefined],
  ['text/plain', undefined],
  ['multipart/form-data', undefined],
  ['', undefined],
])('A body of "%s" is read by its codec', (type, codec) => {
  expect(codecFor(type)).toBe(codec);
});

it('Each media type of a codec leads to that codec', () => {
  for (const codec of codecs)
    for (const type of codec.mediaTypes) expect(codecFor(type.replaceAll('*', 'application/x'))).toBe(codec);
});

describe('JSON', () => {
  it('Any value is decoded as it was encoded', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        // -0 is 0 in JSON.
        const expected = JSON.parse(JSON.stringify(value));
        expect(
          json.decode(json.encode(value), undefined, { depth: 100, duplicateMembers: 'reject' }),
        ).toEqual(expected);
      }),
    );
  });

  it.each([
    ['broken', '{"a":', /not well-formed JSON/],
    ['an object with a duplicate member', '{"a":1,"a":2}', /has the member "a" twice/],
    ['nested too deeply', '[[[[1]]]]', /more than 3 levels/],
  ])('JSON text that is %s is refused with 400', (_, text, detail) => {
    const decode = () => json.decode(Buffer.from(text), undefined, { depth: 3, duplicateMembers: 'reject' });
    expect(decode).toThrow(expect.objectContaining({ status: 400, message: expect.stringMatching(detail) }));
  });

  it('Bytes that are not UTF-8 are refused, and so is another charset', () => {
    expect(() => json.decode(Buffer.from([0x22, 0xff, 0x22]))).toThrow(
      expect.objectContaining({ status: 400 }),
    );
    expect(json.unsupportedReason?.('application/json; charset=utf-8')).toBeUndefined();
    expect(json.unsupportedReason?.('application/json; charset=latin1')).toMatch(/UTF-8/);
  });
});

describe('Form', () => {
  const text = fc.string({ unit: 'grapheme' }).map((one) => one.toWellFormed());

  it('A form is decoded as it was encoded, each name with its values in order', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(text, { minLength: 1 }),
        fc.array(text, { minLength: 1 }),
        (names, values) => {
          const fields = new Map(names.map((name) => [name, values]));
          const decoded = form.decode(form.encode(fields));
          const read = [...decoded].map(([name, written]) => [name, written.map(plain)]);
          expect(read).toEqual([...fields]);
        },
      ),
    );
  });

  it('An object can be encoded as a form', () => {
    expect(form.encode({ a: 1, b: ['x y', 'ü'] }).toString()).toBe('a=1&b=x+y&b=%C3%BC');
  });

  it.each([
    ['percent-encoding that is broken', 'a=%zz', 400],
    ['more than 1,000 fields', 'a=1&'.repeat(1001), 413],
  ])('A form with %s is refused', (_, body, status) => {
    expect(() => form.decode(Buffer.from(body))).toThrow(expect.objectContaining({ status }));
  });

  it('A form that is not UTF-8 is refused', () => {
    expect(() => form.decode(Buffer.from([0x61, 0x3d, 0xff]))).toThrow(
      expect.objectContaining({ status: 400 }),
    );
  });
});

/** Values are raw; the code that knows the schema decodes them. */
const plain = (value: string): string => decodeURIComponent(value.replaceAll('+', ' '));
