import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  compileRequirements,
  isAllowed,
  isPublic,
  missingScopes,
} from '../../src/openapi/security-requirements.ts';

const scheme = fc.constantFrom('a', 'b', 'c');
const scopes = fc.uniqueArray(fc.constantFrom('read', 'write', 'admin'), { maxLength: 3 });
const security = fc.array(fc.dictionary(scheme, scopes, { maxKeys: 2 }), { maxLength: 4 });
const grants = fc
  .dictionary(scheme, scopes, { maxKeys: 3 })
  .map((all) => new Map(Object.entries(all).map(([name, list]) => [name, new Set(list)])));

describe('Security requirements', () => {
  it('A requirement holds if all of its schemes are granted with all of their scopes', () => {
    fc.assert(
      fc.property(security, grants, (declared, granted) => {
        const requirements = compileRequirements({}, { security: declared }) ?? [];
        const expected =
          declared.length === 0 ||
          declared.some((one) =>
            Object.entries(one).every(
              ([name, needed]) => granted.has(name) && needed.every((scope) => granted.get(name)?.has(scope)),
            ),
          );
        expect(isAllowed(requirements, granted)).toBe(expected);
      }),
    );
  });

  it('The missing scopes are enough, and none of them is granted already', () => {
    fc.assert(
      fc.property(security, grants, (declared, granted) => {
        const requirements = compileRequirements({}, { security: declared }) ?? [];
        const missing = missingScopes(requirements, granted);
        if (missing.length === 0) return;
        const all = new Map([...granted].map(([name, set]) => [name, new Set([...set, ...missing])]));
        expect(isAllowed(requirements, granted)).toBe(false);
        expect(isAllowed(requirements, all)).toBe(true);
      }),
    );
  });

  it.each([
    ['An operation inherits the requirements of its document', { security: [{ a: [] }] }, {}, false],
    [
      'An operation overrides the requirements of its document',
      { security: [{ a: [] }] },
      { security: [] },
      true,
    ],
    ['Text is never public', {}, { security: 'a' }, false],
    ['An object is never public', {}, { security: {} }, false],
    ['A list of names is never public', {}, { security: ['a'] }, false],
    ['An empty requirement is public', {}, { security: [{ a: [] }, {}] }, true],
  ])('%s', (_title, document, operation, expected) => {
    expect(isPublic(compileRequirements(document, operation) ?? [])).toBe(expected);
  });

  it('Nothing is required where neither the operation nor the document says anything', () => {
    expect(compileRequirements({}, {})).toBeUndefined();
  });

  it('What cannot be read is never satisfied', () => {
    const requirements = compileRequirements({}, { security: [null, 1, 'a', []] }) ?? [];
    const everything = new Map(['a', 'b', '0', ''].map((name) => [name, new Set(['read'])]));
    everything.delete('');
    expect(isAllowed(requirements.slice(0, 3), everything)).toBe(false);
  });

  it('Scopes that are not a list are never satisfied, and a scheme without a value has none', () => {
    const grants = new Map([['oauth', new Set(['admin'])]]);
    for (const scopes of ['admin', { admin: true }, true, 1]) {
      const requirements = compileRequirements({}, { security: [{ oauth: scopes }] }) ?? [];
      expect(isAllowed(requirements, grants)).toBe(false);
    }
    expect(isAllowed(compileRequirements({}, { security: [{ oauth: null }] }) ?? [], grants)).toBe(true);
  });
});
