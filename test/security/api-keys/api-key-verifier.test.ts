import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ApiKeyVerifier } from '../../../src/security/api-keys/api-key-verifier.ts';
import { removeFilesAfterEach, type TestFile, testFile } from '../../support/test-file.ts';

const KEY = 'lk_a-key-that-is-long-enough';
const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const entry = (key: string, rest = '') => `  - { name: partner, sha256: ${digest(key)}${rest} }\n`;

const verifiers: ApiKeyVerifier[] = [];
const open = (file: TestFile, now = () => 0) => {
  const verifier = new ApiKeyVerifier(
    { keysFile: 'keys.yaml' },
    { folder: dirname(file.path), now, interval: 0 },
  );
  verifiers.push(verifier);
  return verifier;
};
const openText = (text: string, now?: () => number) => open(testFile(text), now);

removeFilesAfterEach();
afterEach(() => {
  for (const one of verifiers.splice(0)) one.close();
});

describe('The verifier of API keys', () => {
  it('Identifies the name, the client and the scopes of a known key', () => {
    const verifier = openText(`keys:\n${entry(KEY, ', scopes: [a, b], client: shop, expires: 2027-01-01')}`);
    expect(verifier.verify(KEY)).toEqual({
      issuer: '',
      subject: 'partner',
      client: 'shop',
      scopes: new Set(['a', 'b']),
      expiresAt: Date.UTC(2027, 0, 1),
    });
    expect(verifier.fault()).toBeUndefined();
  });

  it('Knows every valid key, so that failed attempts of others never affect it', () => {
    const verifier = openText(`keys:\n${entry(KEY)}${entry(`${KEY}-2`, ', disabled: true')}`);
    expect(verifier.known(KEY)).toEqual(verifier.verify(KEY));
    for (const other of [`${KEY}-2`, `${KEY}-3`, '']) expect(verifier.known(other)).toBeUndefined();
  });

  it('Accepts the old and the new key of one name, so that keys can be changed without a pause', () => {
    const verifier = openText(`keys:\n${entry(KEY)}${entry(`${KEY}-2`)}`);
    expect([verifier.verify(KEY), verifier.verify(`${KEY}-2`)]).toEqual([
      expect.objectContaining({ subject: 'partner' }),
      expect.objectContaining({ subject: 'partner' }),
    ]);
  });

  it('Refuses a key from the moment at which it expires', () => {
    let time = Date.UTC(2027, 0, 1) - 1;
    const verifier = openText(`keys:\n${entry(KEY, ', expires: 2027-01-01')}`, () => time);
    expect(verifier.verify(KEY)).toHaveProperty('subject');
    time += 1;
    expect(verifier.verify(KEY)).toEqual({
      rejected: 'The API key has expired.',
      reason: 'the API key of "partner" has expired',
    });
  });

  it('Refuses a disabled key, and tells the client no more than of an unknown one', () => {
    const verifier = openText(`keys:\n${entry(KEY, ', disabled: true')}`);
    expect(verifier.verify(KEY)).toEqual({
      rejected: 'The API key is not valid.',
      reason: 'the API key of "partner" is disabled',
    });
    expect(verifier.verify(`${KEY}x`)).toEqual({
      rejected: 'The API key is not valid.',
      reason: 'the API key is unknown',
    });
  });

  it.each([
    ['', 'is empty'],
    ['short', 'has fewer than 16 characters'],
    ['x'.repeat(513), 'too long'],
    [`${KEY}\n`, 'visible ASCII'],
    [`${KEY} `, 'visible ASCII'],
    ['schlüssel-mit-umlaut', 'visible ASCII'],
    [`${KEY}\0`, 'visible ASCII'],
  ])('Refuses the key %j even if the file has its hash', (key, reason) => {
    // The hash of the empty text cannot be in the file.
    const verifier = openText(`keys:\n${entry(key === '' ? KEY : key)}`);
    const verification = verifier.verify(key);
    expect(verification).toMatchObject({ rejected: 'The API key is not valid.' });
    expect(verification).toHaveProperty('reason', expect.stringContaining(reason));
  });

  it('Accepts exactly the keys of the file, for any texts, and never puts a text into the reason', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '-', '~', '!'), minLength: 14, maxLength: 18 });
    fc.assert(
      fc.property(fc.uniqueArray(text, { minLength: 1, maxLength: 5 }), text, (keys, other) => {
        const verifier = openText(`keys:\n${keys.map((key) => entry(key)).join('')}`);
        for (const key of [...keys, other]) {
          const verification = verifier.verify(key);
          expect('subject' in verification).toBe(keys.includes(key) && key.length >= 16);
          expect(JSON.stringify(verification)).not.toContain(key);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('Follows the file: a removed key is refused, and a new one is accepted', async () => {
    const file = testFile(`keys:\n${entry(KEY)}`);
    const verifier = open(file);
    file.write(`keys:\n${entry(`${KEY}-new`)}`);
    await verifier.reload();
    expect(verifier.verify(KEY)).toHaveProperty('rejected');
    expect(verifier.verify(`${KEY}-new`)).toHaveProperty('subject');
  });

  it('Keeps the last good file when the newest one is broken, and says why with file and line', async () => {
    const file = testFile(`keys:\n${entry(KEY)}`);
    const verifier = open(file);
    file.write(`keys:\n${entry(KEY)}  - { name: other, sha256: nonsense }\n`);
    await verifier.reload();
    expect(verifier.verify(KEY)).toHaveProperty('subject');
    expect(verifier.fault()).toMatch(/keys\.yaml:3: keys\.1\.sha256: expected the SHA-256/);
    expect(verifier.fault()).not.toContain('nonsense');
  });

  it.each([
    ['broken', 'keys: ['],
    ['missing', undefined],
  ])('Never accepts a key while the file is %s since the start', async (_, text) => {
    const file = testFile(text);
    const verifier = open(file);
    expect(verifier.verify(KEY)).toEqual({ unavailable: verifier.fault(), retryAfter: 5 });
    expect(verifier.fault()).toContain(file.path);
    file.write(`keys:\n${entry(KEY)}`);
    await verifier.reload();
    expect(verifier.verify(KEY)).toHaveProperty('subject');
  });

  it('Does not accept the hash of a key as a key', () => {
    const verifier = openText(`keys:\n${entry(KEY)}`);
    expect(verifier.verify(digest(KEY))).toHaveProperty('rejected');
  });
});
