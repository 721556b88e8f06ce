import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { charsetOf } from '../../../src/http/body/charset.ts';

const json = fc.json().map((text) => JSON.stringify(JSON.parse(text)));
const type = (charset: string) => `application/json; charset=${charset}`;

describe('Charset', () => {
  it.each(['application/json', type('utf-8'), type('"UTF-8"')])(
    'The charset of %s is UTF-8',
    (contentType) => {
      const charset = charsetOf(contentType);
      fc.assert(
        fc.property(fc.string({ unit: 'grapheme' }), (text) => {
          expect(charset?.decode(Buffer.from(text))).toBe(text);
          expect(charset?.encode(text)).toEqual(Buffer.from(text));
        }),
      );
      expect(charset?.decode(Buffer.from('\ufeff{}'))).toBe('{}');
      expect(charset?.decode(Buffer.from([0x22, 0xe9, 0x22]))).toBeUndefined();
    },
  );

  it.each(['ISO-8859-1', 'windows-1252', 'us-ascii', 'iso-8859-15', 'koi8-r'])(
    'A single-byte charset writes the bytes that were read: %s',
    (label) => {
      const charset = charsetOf(type(label));
      fc.assert(
        fc.property(fc.uint8Array(), (bytes) => {
          const text = charset?.decode(bytes) as string;
          expect(charset?.encode(text)).toEqual(Buffer.from(bytes));
        }),
      );
    },
  );

  it.each(['ISO-8859-1', 'koi8-r', 'shift_jis', 'gbk', 'euc-kr', 'big5', 'utf-16', 'utf-16le', 'utf-16be'])(
    'Any text can be written in the charset %s',
    (label) => {
      const charset = charsetOf(type(label));
      fc.assert(
        fc.property(json, (text) => {
          const bytes = charset?.encode(text) ?? Buffer.of();
          expect(JSON.parse(charset?.decode(bytes) ?? '')).toEqual(JSON.parse(text));
        }),
        { examples: [['"ü€都\u0080"']] },
      );
    },
  );

  it('Labels select their encoding', () => {
    expect(charsetOf(type('ISO-8859-1'))?.decode(Buffer.from('"ü"', 'latin1'))).toBe('"ü"');
    expect(
      charsetOf('application/json; profile="x"; CHARSET = "utf-16"')?.decode(
        Buffer.from('\ufeff"ü"', 'utf16le'),
      ),
    ).toBe('"ü"');
    expect(charsetOf(type('shift_jis'))?.decode(Buffer.from([0x22, 0x83, 0x5c, 0x22]))).toBe('"ソ"');
  });

  it('Unknown charsets are undefined', () => {
    expect(charsetOf(type('utf-7'))).toBeUndefined();
    expect(charsetOf(type('x'))).toBeUndefined();
  });
});
