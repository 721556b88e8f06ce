/**
 * Decodes and encodes text by the `charset` of a Content-Type (RFC 9110 §8.3.2); labels are those of the Encoding
 * Standard. JSON is UTF-8 (RFC 8259 §8.1), but some services use other charsets. Their data is written in the same
 * charset again, byte for byte, and characters outside of it are escaped.
 */
import { isUtf8 } from 'node:buffer';

export interface Charset {
  /** The name of the Encoding Standard, in capitals. */
  readonly name: string;
  /** @returns undefined for bytes that are invalid in the charset */
  decode(bytes: Uint8Array): string | undefined;
  /** Encodes JSON text. */
  encode(json: string): Buffer;
}

const BOM = '\ufeff';

const utf8: Charset = {
  name: 'UTF-8',
  decode(bytes) {
    if (!isUtf8(bytes)) return undefined;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
    return text.startsWith(BOM) ? text.slice(BOM.length) : text;
  },
  encode: (json) => Buffer.from(json),
};

const UTF_16 = /^utf-16[bl]e$/;
const CHARSET = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;]*))/i;

const cache = new Map<string, Charset | undefined>();

/** @returns undefined for an unknown charset */
export function charsetOf(contentType: string | undefined): Charset | undefined {
  const [, quoted, bare] = CHARSET.exec(contentType ?? '') ?? [];
  const label = (quoted ?? bare)?.trim().toLowerCase();
  if (label === undefined || label === '' || label === 'utf-8' || label === 'utf8') return utf8;
  if (!cache.has(label)) {
    // Labels come from services. There are a few dozen valid ones, and any number of invalid ones.
    if (cache.size > 200) cache.clear();
    cache.set(label, createCharset(label));
  }
  return cache.get(label);
}

function createCharset(label: string): Charset | undefined {
  try {
    const { encoding } = new TextDecoder(label);
    if (encoding === 'utf-8') return utf8;
    return UTF_16.test(encoding) ? utf16(encoding, label) : asciiCompatible(encoding);
  } catch {
    return undefined;
  }
}

const decodeAs = (encoding: string, bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

const LITTLE_ENDIAN_MARK = [0xff, 0xfe];

/** `utf-16` without a byte order starts with a byte order mark, or is big-endian (RFC 2781 §4.3). */
function utf16(encoding: string, label: string): Charset {
  if (label !== 'utf-16')
    return {
      name: encoding.toUpperCase(),
      decode: (bytes) => decodeAs(encoding, bytes),
      encode: (json) => writeUtf16(json, encoding === 'utf-16be'),
    };
  return {
    name: 'UTF-16',
    decode: (bytes) => {
      const isLittle = LITTLE_ENDIAN_MARK.every((byte, index) => bytes[index] === byte);
      return decodeAs(isLittle ? 'utf-16le' : 'utf-16be', bytes);
    },
    encode: (json) => writeUtf16(BOM + json, true),
  };
}

function writeUtf16(text: string, isBig: boolean): Buffer {
  const bytes = Buffer.from(text, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
}

/** A charset whose characters below 128 are ASCII. Characters of one byte are written as they were read. */
function asciiCompatible(encoding: string): Charset {
  const bytesOf = new Map<string, number>();
  for (let byte = 0x80; byte <= 0xff; byte++) {
    const character = decodeAs(encoding, Uint8Array.of(byte));
    if (character?.length === 1) bytesOf.set(character, byte);
  }
  return {
    name: encoding.toUpperCase(),
    decode: (bytes) => decodeAs(encoding, bytes),
    encode: (json) =>
      Buffer.from(
        json.replaceAll(/[\u0080-\uffff]/g, (character) => {
          const byte = bytesOf.get(character);
          return byte === undefined ? escapeCharacter(character) : String.fromCharCode(byte);
        }),
        'latin1',
      ),
  };
}

/** Non-ASCII characters occur only in strings, where an escape has the same meaning (RFC 8259 §7). */
const escapeCharacter = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Converts UTF-8 to another charset. */
export const fromUtf8 = (bytes: Buffer, charset: Charset): Buffer =>
  charset === utf8 ? bytes : charset.encode(bytes.toString());
