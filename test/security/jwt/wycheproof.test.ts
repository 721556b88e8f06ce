/** The vectors of Project Wycheproof for signatures and keys, each with its verdict. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { verifyJws } from './verify-jws.ts';

interface Vectors {
  readonly testGroups: readonly {
    readonly private?: Key;
    readonly public?: Key;
    readonly tests: readonly { readonly tcId: number; readonly result: string; readonly jws?: unknown }[];
  }[];
}

interface Key {
  readonly keys?: readonly Key[];
}

type File = 'signature' | 'key' | 'crypto';

const SHARED_SECRET = 'is signed with a shared secret, which is never accepted';
const NO_PAYLOAD = 'has no payload, so it has no claims';
const OTHER_ALGORITHM = 'has another algorithm than its key allows';
const UNKNOWN_ALGORITHM = 'has a key for the algorithm ES521, which does not exist';
const OTHER_CHARACTERS = 'has characters that are not base64url, which would give one token many spellings';

/** The vectors that are valid for Wycheproof and refused here. There is none the other way round. */
const DIFFERENCES: Readonly<Record<File, Readonly<Record<number, string>>>> = {
  signature: {
    1: SHARED_SECRET,
    259: NO_PAYLOAD,
    264: NO_PAYLOAD,
    268: NO_PAYLOAD,
    272: NO_PAYLOAD,
    320: NO_PAYLOAD,
    325: NO_PAYLOAD,
    346: OTHER_ALGORITHM,
    347: UNKNOWN_ALGORITHM,
    348: SHARED_SECRET,
    350: OTHER_ALGORITHM,
    351: UNKNOWN_ALGORITHM,
    352: SHARED_SECRET,
    357: SHARED_SECRET,
    358: SHARED_SECRET,
    359: SHARED_SECRET,
    372: OTHER_CHARACTERS,
    373: OTHER_CHARACTERS,
    376: SHARED_SECRET,
    377: SHARED_SECRET,
  },
  key: { 2: SHARED_SECRET, 13: SHARED_SECRET, 14: SHARED_SECRET, 15: SHARED_SECRET },
  crypto: { 1: SHARED_SECRET, 48: SHARED_SECRET },
};

/** Issuers publish public keys only. Secrets (`k`) stay, to show that they are refused. */
const published = (key: Key) =>
  Object.fromEntries(
    Object.entries(key).filter(([name]) => !['d', 'p', 'q', 'dp', 'dq', 'qi'].includes(name)),
  );

const readVectors = (file: File): Vectors =>
  JSON.parse(readFileSync(new URL(`vectors/wycheproof/json_web_${file}_test.json`, import.meta.url), 'utf8'));

const casesOf = (file: File) =>
  readVectors(file).testGroups.flatMap(({ private: secret, public: key = secret, tests }) =>
    tests
      // The others are encrypted, which is not supported.
      .filter(({ jws }) => jws !== undefined)
      .map((test) => ({ ...test, keys: (key?.keys ?? [key ?? {}]).map(published) })),
  );

describe('Wycheproof', () => {
  it.each([
    ['signature', 401],
    ['key', 26],
    ['crypto', 49],
  ] as const)('All vectors of json_web_%s_test.json have the expected verdict', (file, count) => {
    const cases = casesOf(file);
    expect(cases).toHaveLength(count);
    const different = cases
      .map(({ tcId, jws, keys, result }) => {
        const verdict = verifyJws(typeof jws === 'string' ? jws : JSON.stringify(jws), keys);
        return { tcId, expected: result, actual: 'payload' in verdict ? 'valid' : 'invalid' };
      })
      .filter(({ expected, actual }) => expected !== actual);
    expect(different).toEqual(
      Object.keys(DIFFERENCES[file]).map((tcId) => ({
        tcId: Number(tcId),
        expected: 'valid',
        actual: 'invalid',
      })),
    );
  });
});
