/** Decompresses a body (RFC 9110 §8.4), up to a limit. */
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';

type Decompressor = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

const unzip = promisify(gunzip) as Decompressor;
const DECOMPRESSORS: ReadonlyMap<string, Decompressor> = new Map([
  ['gzip', unzip],
  ['x-gzip', unzip],
  ['deflate', promisify(inflate) as Decompressor],
  ['br', promisify(brotliDecompress) as Decompressor],
  ['zstd', promisify(zstdDecompress) as Decompressor],
]);

/** The names of the supported codings (RFC 9110 §8.4.1). */
export const CODINGS: ReadonlySet<string> = new Set([...DECOMPRESSORS.keys(), 'identity']);

/**
 * @param coding value of `Content-Encoding`
 * @returns undefined for an unknown coding, and for more than `limit` bytes
 * @throws Error when the bytes do not have this coding
 */
export async function decompress(
  bytes: Buffer,
  coding: string | undefined,
  limit: number,
): Promise<Buffer | undefined> {
  const name = coding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return bytes;
  try {
    return await DECOMPRESSORS.get(name)?.(bytes, { maxOutputLength: Math.max(1, limit) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw error;
  }
}
