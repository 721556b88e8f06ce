import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keepTokenHash, lastTokenHash, tokenHash } from '../../../src/security/jwt/token-hash.ts';

it('A connection remembers the hash of its last token only, and never that of another text', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), fc.string(), (texts, other) => {
      const connection = {};
      for (const text of texts) keepTokenHash(text, tokenHash(text), connection);
      const last = texts.at(-1) as string;
      expect(lastTokenHash(last, connection)).toBe(tokenHash(last));
      if (other !== last) expect(lastTokenHash(other, connection)).toBeUndefined();
      expect(lastTokenHash(last, {})).toBeUndefined();
    }),
  );
});
