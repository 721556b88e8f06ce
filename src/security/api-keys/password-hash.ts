/**
 * Hashes of passwords by scrypt (RFC 7914), in the text form `scrypt:N:r:p:salt:hash` with base64url for the last two.
 * Passwords that people choose can be guessed, so that a fast hash such as SHA-256 would not protect them.
 */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

export interface PasswordHash {
  /** Cost, block size and parallelization. */
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** About 0.2 s and 32 MB for each verification, as OWASP recommends. */
const DEFAULTS = { cost: 2 ** 15, blockSize: 8, parallelization: 3 };

const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Limits, so that a hash is neither too weak, nor takes so much memory and time that one request harms the others. */
const COSTS = { min: 2 ** 14, max: 2 ** 18 };
const BLOCK_SIZES = { min: 8, max: 16 };
const PARALLELIZATIONS = { min: 1, max: 8 };
/** Bytes of memory of one verification. */
const MAX_MEMORY = 256 * 1024 ** 2;

/** What `parsePasswordHash` accepts, for messages about other texts. They do not quote the text. */
export const PASSWORD_HASH_FORM =
  'expected the hash that `npm run linkway -- password USER` prints: scrypt:N:r:p:salt:hash, with N from 2^14, r from 8, and 16 bytes of salt or more';

const FORM = /^scrypt:(\d{1,7}):(\d{1,2}):(\d{1,2}):([\w-]{1,200}):([\w-]{1,200})$/;

/** @returns undefined for other texts, and for parameters outside the limits */
export function parsePasswordHash(text: string): PasswordHash | undefined {
  const [, n, r, p, saltText = '', hashText = ''] = FORM.exec(text) ?? [];
  const parsed = {
    cost: Number(n),
    blockSize: Number(r),
    parallelization: Number(p),
    salt: Buffer.from(saltText, 'base64url'),
    hash: Buffer.from(hashText, 'base64url'),
  };
  const isAllowed =
    isWithin(parsed.cost, COSTS) &&
    Number.isInteger(Math.log2(parsed.cost)) &&
    isWithin(parsed.blockSize, BLOCK_SIZES) &&
    isWithin(parsed.parallelization, PARALLELIZATIONS) &&
    memoryOf(parsed) <= MAX_MEMORY &&
    parsed.salt.length >= SALT_BYTES &&
    parsed.hash.length >= HASH_BYTES;
  return isAllowed ? parsed : undefined;
}

/** @returns the text form, with a new random salt */
export async function hashPassword(password: string): Promise<string> {
  const { cost, blockSize, parallelization } = DEFAULTS;
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, { ...DEFAULTS, salt, hash: Buffer.alloc(HASH_BYTES) });
  return `scrypt:${cost}:${blockSize}:${parallelization}:${salt.toString('base64url')}:${hash.toString('base64url')}`;
}

export const isPassword = async (password: string, expected: PasswordHash): Promise<boolean> =>
  timingSafeEqual(await derive(password, expected), expected.hash);

function derive(password: string, { salt, hash, ...parameters }: PasswordHash): Promise<Buffer> {
  const options: ScryptOptions = { ...parameters, maxmem: 2 * memoryOf(parameters) };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, hash.length, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

const memoryOf = ({ cost, blockSize, parallelization }: Omit<PasswordHash, 'salt' | 'hash'>): number =>
  128 * blockSize * (cost + parallelization);

const isWithin = (value: number, { min, max }: { readonly min: number; readonly max: number }): boolean =>
  value >= min && value <= max;
