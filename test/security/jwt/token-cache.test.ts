/** The bounds of the cache of verified tokens. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TokenCache } from '../../../src/security/jwt/token-cache.ts';
import type { VerificationKey } from '../../../src/security/jwt/verification-key.ts';
import type { Identity } from '../../../src/security/verifier.ts';

const identity = (expiresAt = Number.POSITIVE_INFINITY): Identity => ({
  issuer: 'https://idp.example',
  subject: 'ada',
  scopes: new Set(),
  expiresAt,
});
const key = (isRevoked = false) => ({ isRevoked }) as VerificationKey;
const limits = { maxEntries: 10, maxBytes: 100_000, maxAge: 1_000 };

it('A token is known until it expires, and at most for the maximum age', () => {
  const cache = new TokenCache(limits);
  cache.set('long', identity(), key(), 100, 0);
  cache.set('short', identity(500), key(), 100, 0);
  expect(cache.get('long', 999)).toBeDefined();
  expect(cache.get('long', 1_000)).toBeUndefined();
  expect(cache.get('short', 499)).toBeDefined();
  expect(cache.get('short', 500)).toBeUndefined();
  expect([cache.size, cache.bytes]).toEqual([0, 0]);
});

it('The oldest token makes room for a new one', () => {
  const cache = new TokenCache(limits);
  for (let n = 0; n < 25; n++) cache.set(`${n}`, identity(), key(), 100, 0);
  expect(cache.size).toBe(10);
  expect(cache.get('14', 1)).toBeUndefined();
  expect(cache.get('15', 1)).toBeDefined();
});

it('The tokens of a revoked key are removed, and no others', () => {
  const cache = new TokenCache(limits);
  const [good, bad] = [key(), key()];
  cache.set('good', identity(), good, 100, 0);
  cache.set('bad', identity(), bad, 100, 0);
  bad.isRevoked = true;
  expect(cache.get('bad', 1)).toBeUndefined();
  cache.set('worse', identity(), bad, 100, 0);
  cache.deleteRevoked();
  expect([cache.size, cache.get('good', 1)]).toEqual([1, expect.anything()]);
  cache.clear();
  expect([cache.size, cache.bytes]).toEqual([0, 0]);
});

it('Entries and bytes never exceed their limits, and bytes are those of the entries', () => {
  const step = fc.record({
    hash: fc.integer({ min: 0, max: 30 }).map(String),
    length: fc.integer({ min: 1, max: 8_192 }),
    now: fc.integer({ min: 0, max: 5_000 }),
    isRead: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const cache = new TokenCache(limits);
      for (const { hash, length, now, isRead } of steps) {
        if (isRead) cache.get(hash, now);
        else cache.set(hash, identity(), key(), length, now);
        expect(cache.size).toBeLessThanOrEqual(limits.maxEntries);
        expect(cache.bytes).toBeLessThanOrEqual(limits.maxBytes);
        expect(cache.bytes).toBeGreaterThanOrEqual(cache.size * 506);
      }
      cache.clear();
    }),
  );
});
