import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ConfigError } from '../../../src/config/config-error.ts';
import { parseKeysFile } from '../../../src/security/api-keys/keys-file.ts';

const digest = (text: string, encoding: 'hex' | 'base64url' = 'hex') =>
  createHash('sha256').update(text).digest(encoding);
const HASH = `scrypt:16384:8:1:${'A'.repeat(22)}:${'A'.repeat(43)}`;

/** The lines of the faults, without the name of the file. */
const faultsOf = (text: string): readonly string[] => {
  try {
    parseKeysFile(text, 'keys.yaml');
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
};

describe('A file of keys', () => {
  it('Has keys and users with scopes, expiry, client and state', () => {
    const { keys, users } = parseKeysFile(
      `
keys:
  - name: partner
    sha256: ${digest('one')}
    scopes: [orders:read, orders:write]
    expires: 2027-01-31
    client: shop
  - name: partner
    sha256: ${digest('two', 'base64url')}
    expires: 2027-01-31T12:00:00+01:00
    disabled: true
users:
  - user: ålice
    password: ${HASH}
    scopes: [a]
`,
      'keys.yaml',
    );
    expect(keys.get(digest('one', 'base64url'))).toEqual({
      identity: {
        issuer: '',
        subject: 'partner',
        client: 'shop',
        scopes: new Set(['orders:read', 'orders:write']),
        expiresAt: Date.UTC(2027, 0, 31),
      },
      isDisabled: false,
    });
    expect(keys.get(digest('two', 'base64url'))).toMatchObject({
      identity: { subject: 'partner', client: undefined, expiresAt: Date.UTC(2027, 0, 31, 11) },
      isDisabled: true,
    });
    expect(users.get('ålice')).toMatchObject({
      identity: { subject: 'ålice', expiresAt: Number.POSITIVE_INFINITY },
      password: HASH,
    });
  });

  it('May be empty, JSON, or have one of its sections only', () => {
    for (const text of ['', '{}', 'keys: []', '{"users": []}']) {
      const { keys, users } = parseKeysFile(text, 'keys.yaml');
      expect([keys.size, users.size]).toEqual([0, 0]);
    }
    const json = JSON.stringify({ keys: [{ name: 'a', sha256: digest('a key') }] });
    expect(parseKeysFile(json, 'keys.yaml').keys.size).toBe(1);
  });

  it.each([
    ['the empty text', digest('')],
    ['a line break', digest('\n')],
    ['a placeholder', digest('changeme')],
    ['a placeholder with the line break of echo', digest('secret\n', 'base64url')],
  ])('Is rejected with the hash of %s', (_, sha256) => {
    expect(faultsOf(`keys:\n  - name: a\n    sha256: ${sha256}`)).toEqual([
      'keys.yaml:3: keys.0.sha256: is the hash of an empty text or of a placeholder, which is no key; make a new key',
    ]);
  });

  it.each([
    ['a plain key', 'lk_plain-text-of-a-key'],
    ['a number', '12345678901234567890'],
    ['one digit too few', digest('x').slice(1)],
    ['one digit too many', `${digest('x')}0`],
    ['base64url with other last bits than zero', `${'A'.repeat(42)}B`],
    ['base64 with padding', `${'A'.repeat(43)}=`],
    ['a hash of MD5', '5d41402abc4b2a76b9719d911017c592'],
  ])('Is rejected with %s instead of a hash, and the message does not quote it', (_, sha256) => {
    const [fault = ''] = faultsOf(`keys:\n  - name: a\n    sha256: ${sha256}`);
    expect(fault).toMatch(/^keys\.yaml:3: keys\.0\.sha256: expected the SHA-256 of the key/);
    expect(fault).not.toContain(sha256);
  });

  it.each([
    ['a plain password', 'correct horse battery'],
    ['SHA-256', digest('password of a person')],
    ['a cost below the minimum', HASH.replace('16384', '8192')],
    ['a cost that is no power of two', HASH.replace('16384', '20000')],
    ['a cost above the maximum', HASH.replace('16384', '1048576')],
    ['too much memory', HASH.replace('16384:8', '262144:16')],
    ['a small block size', HASH.replace(':8:', ':1:')],
    ['no parallelization', HASH.replace(':1:', ':0:')],
    ['a short salt', HASH.replace('A'.repeat(22), 'AAAA')],
    ['a short hash', HASH.replace('A'.repeat(43), 'A'.repeat(20))],
    ['another algorithm', HASH.replace('scrypt', 'bcrypt')],
  ])('Is rejected with %s instead of a password hash, and the message does not quote it', (_, password) => {
    const [fault = ''] = faultsOf(`users:\n  - user: a\n    password: "${password}"`);
    expect(fault).toMatch(/^keys\.yaml:3: users\.0\.password: expected the hash/);
    expect(fault).not.toContain(password);
  });

  it('Is rejected with two entries for one key in different spellings, or for one user', () => {
    expect(
      faultsOf(`
keys:
  - { name: first, sha256: ${digest('x')} }
  - { name: second, sha256: ${digest('x', 'base64url')} }
users:
  - { user: "\u00e9", password: "${HASH}" }
  - { user: "e\u0301", password: "${HASH}" }
`),
    ).toEqual([
      'keys.yaml:4: keys.1.sha256: is the key of "first" too; each entry needs a key of its own',
      'keys.yaml:7: users.1.user: is there twice; a user has one password',
    ]);
  });

  it.each([
    ['name: ""', /expected a name of 1 to 200 characters/],
    ['name: "a\\nb"', /without control characters/],
    ['name: a\n    scopes: [a b]', /expected a scope without spaces/],
    ['name: a\n    scopes: a', /keys\.0\.scopes: expected array/],
    ['name: a\n    expires: tomorrow', /expected a date such as/],
    ['name: a\n    expires: 2027-02-30', /expected a date such as/],
    ['name: a\n    key: x', /keys\.0\.key: Unrecognized key/],
    ['name: a\n    disabled: perhaps', /keys\.0\.disabled: expected boolean/],
  ])('Is rejected with the entry %j', (entry, expected) => {
    const faults = faultsOf(`keys:\n  - sha256: ${digest('a key')}\n    ${entry}`);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(expected);
    expect(faults[0]).toMatch(/^keys\.yaml:[34]: /);
  });

  it('Is rejected with a user whose name Basic authentication cannot send', () => {
    expect(faultsOf(`users:\n  - user: a:b\n    password: ${HASH}`)).toEqual([
      expect.stringMatching(/^keys\.yaml:2: users\.0\.user: expected a name without a colon/),
    ]);
  });

  it.each([
    ['keys: [', 1],
    ['keys:\n  - name: *top-secret', 2],
    ['keys:\n  - name: a\n    name: top-secret', 3],
    ['keys:\n  - name: "top-secret\n', 3],
    ['top-secret', 1],
    ['- top-secret', 1],
    ['keys:\n  - top-secret', 2],
    ['users:\n  - top-secret', 2],
    ['keys: top-secret', 1],
  ])('Is rejected as %j with the line, and the message does not quote the text', (text, line) => {
    const [fault = ''] = faultsOf(text);
    expect(fault).toMatch(new RegExp(`^keys\\.yaml:${line}: `));
    expect(fault).not.toContain('top-secret');
  });

  it('Has faults or entries, but no other error, for any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((value) => JSON.stringify({ keys: [value] })),
        ),
        (text) => Array.isArray(faultsOf(text)),
      ),
    );
  });
});
