/** A body as it was before it was compressed (RFC 9110 §8.4), within bounds. */
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

/** The names of those that are known (RFC 9110 §8.4.1). */
export const CODINGS: ReadonlySet<string> = new Set([...DECODERS.keys(), 'identity']);

/**
 * @param coding its `Content-Encoding`
 * @returns undefined for an unknown coding, and for more than `limit` bytes
 * @throws Error when it is not what `coding` says
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
