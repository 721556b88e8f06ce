import { describe, expect, it } from '@jest/globals';
import {
  hashPassword,
  isPassword,
  type PasswordHash,
  parsePasswordHash,
} from '../../../src/security/api-keys/password-hash.ts';

const parse = (text: string) => parsePasswordHash(text) as PasswordHash;

describe('A password hash', () => {
  it('Is verified with the vector of RFC 7914 §12 whose cost is allowed', async () => {
    // N = 16384, r = 8, p = 1; its salt "SodiumChloride" has 14 bytes, which is too short for a file.
    const hash = Buffer.from(
      '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
      'hex',
    );
    const vector = {
      cost: 16384,
      blockSize: 8,
      parallelization: 1,
      salt: Buffer.from('SodiumChloride'),
      hash,
    };
    expect(await isPassword('pleaseletmein', vector)).toBe(true);
    expect(await isPassword('pleaseletmeout', vector)).toBe(false);
  });

  it('Is made with a salt of its own, and matches its password only', async () => {
    const [one, two] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(one).not.toBe(two);
    expect(one).toMatch(/^scrypt:32768:8:3:[\w-]{22}:[\w-]{43}$/);
    expect(await isPassword('correct horse', parse(one))).toBe(true);
    expect(await isPassword('correct horse', parse(two))).toBe(true);
    expect(await isPassword('Correct horse', parse(one))).toBe(false);
  });

  it('Is computed without running out of memory at the largest allowed parameters', async () => {
    const largest = parse(`scrypt:131072:16:1:${'A'.repeat(22)}:${'A'.repeat(43)}`);
    expect(largest).toBeUndefined();
    const allowed = parse(`scrypt:131072:8:1:${'A'.repeat(22)}:${'A'.repeat(43)}`);
    expect(await isPassword('x', allowed)).toBe(false);
  });
});
