/** Decompresses a body (RFC 9110 §8.4), up to a limit. */
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';

type Decoder = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

const unzip = promisify(gunzip) as Decoder;
const DECODERS: ReadonlyMap<string, Decoder> = new Map([
  ['gzip', unzip],
  ['x-gzip', unzip],
  ['deflate', promisify(inflate) as Decoder],
  ['br', promisify(brotliDecompress) as Decoder],
  ['zstd', promisify(zstdDecompress) as Decoder],
]);

/** The names of the supported codings (RFC 9110 §8.4.1). */
export const CODINGS: ReadonlySet<string> = new Set([...DECODERS.keys(), 'identity']);

/**
 * @param coding value of `Content-Encoding`
 * @returns undefined for an unknown coding, and for more than `limit` bytes
 * @throws Error when the bytes do not have this coding
 */
export async function decode(
  bytes: Buffer,
  coding: string | undefined,
  limit: number,
): Promise<Buffer | undefined> {
  const name = coding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return bytes;
  try {
    return await DECODERS.get(name)?.(bytes, { maxOutputLength: Math.max(1, limit) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw error;
  }
}
