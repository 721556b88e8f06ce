import { afterEach, describe, expect, it } from '@jest/globals';
import type { PasswordHash } from '../../../src/security/api-keys/password-hash.ts';
import { hashPassword } from '../../../src/security/api-keys/password-hash.ts';
import { type PasswordOptions, PasswordVerifier } from '../../../src/security/api-keys/password-verifier.ts';
import { removeFilesAfterEach, type TestFile, testFile } from '../../support/test-file.ts';

const encode = (user: string, password: string) => Buffer.from(`${user}:${password}`).toString('base64');

/** A hash whose salt tells which user it belongs to. */
const hashOf = (salt: string, cost = 16384) =>
  `scrypt:${cost}:8:1:${Buffer.from(salt.padEnd(16)).toString('base64url')}:${'A'.repeat(43)}`;
const saltOf = ({ salt }: PasswordHash) => salt.toString().trim();

const entry = (user: string, rest = '') => `  - { user: ${user}, password: "${hashOf(user)}"${rest} }\n`;
const ALICE = `users:\n${entry('alice', ', scopes: [a]')}`;

/** Replaces scrypt: the password of each user is `secret-<user>`. Hashes end when the test says so, if it wants. */
function fakeHashing({ isManual = false } = {}) {
  const hashed: { password: string; salt: string }[] = [];
  const waiting: (() => void)[] = [];
  let [running, most] = [0, 0];
  return {
    hashed,
    get most() {
      return most;
    },
    endNext: () => waiting.shift()?.(),
    isPassword: async (password: string, hash: PasswordHash) => {
      hashed.push({ password, salt: saltOf(hash) });
      running += 1;
      most = Math.max(most, running);
      if (isManual) await new Promise<void>((resolve) => waiting.push(resolve));
      running -= 1;
      return password === `secret-${saltOf(hash)}`;
    },
  };
}

const verifiers: PasswordVerifier[] = [];
const open = (file: TestFile, options: Partial<PasswordOptions> = {}) => {
  const verifier = new PasswordVerifier(
    { keysFile: file.path },
    { folder: '/', interval: 0, now: () => 0, ...options },
  );
  verifiers.push(verifier);
  return verifier;
};

removeFilesAfterEach();
afterEach(() => {
  for (const one of verifiers.splice(0)) one.close();
});

describe('The verifier of passwords', () => {
  it('Identifies the user of a password that scrypt confirms', async () => {
    const file = testFile(
      `users:\n  - { user: alice, password: "${await hashPassword('open sesame')}", scopes: [a] }`,
    );
    const verifier = open(file);
    const [right, wrong] = await Promise.all([
      verifier.verify(encode('alice', 'open sesame')),
      verifier.verify(encode('alice', 'open says me')),
    ]);
    expect(right).toEqual({
      issuer: '',
      subject: 'alice',
      client: undefined,
      scopes: new Set(['a']),
      expiresAt: Number.POSITIVE_INFINITY,
    });
    expect(wrong).toEqual({
      rejected: 'The user name or the password is not valid.',
      reason: 'the password is wrong',
    });
  });

  it('Remembers a verified password for five minutes, and returns it without a promise', async () => {
    let time = 0;
    const hashing = fakeHashing();
    const verifier = open(testFile(ALICE), { ...hashing, now: () => time });
    const text = encode('alice', 'secret-alice');
    expect(verifier.verify(text)).toBeInstanceOf(Promise);
    await verifier.verify(text);
    time = 5 * 60_000 - 1;
    expect(verifier.verify(text)).toHaveProperty('subject', 'alice');
    expect(hashing.hashed).toHaveLength(1);
    time += 1;
    expect(verifier.verify(text)).toBeInstanceOf(Promise);
    expect(hashing.hashed).toHaveLength(2);
  });

  it('Knows a password that was verified, until its user is removed', async () => {
    const file = testFile(ALICE);
    const { isPassword } = fakeHashing();
    const verifier = open(file, { isPassword });
    const credentials = encode('alice', 'secret-alice');
    expect(verifier.known(credentials)).toBeUndefined();
    const verified = await verifier.verify(credentials);
    expect(verifier.known(credentials)).toBe(verified);
    expect(verifier.known(encode('alice', 'wrong'))).toBeUndefined();
    file.write(`users:\n${entry('bert')}`);
    await verifier.reload();
    expect(verifier.known(credentials)).toBeUndefined();
  });

  it('Remembers no wrong password', async () => {
    const hashing = fakeHashing();
    const verifier = open(testFile(ALICE), hashing);
    for (let count = 0; count < 2; count++)
      expect(await verifier.verify(encode('alice', 'wrong'))).toHaveProperty('rejected');
    expect(hashing.hashed).toHaveLength(2);
  });

  it('Remembers at most 10,000 passwords, and forgets the oldest first', async () => {
    const users = Array.from({ length: 10_001 }, (_, index) => `u${index}`);
    const hashing = fakeHashing();
    const json = { users: users.map((user) => ({ user, password: hashOf(user) })) };
    const verifier = open(testFile(JSON.stringify(json)), hashing);
    for (const user of users) await verifier.verify(encode(user, `secret-${user}`));
    const isKept = (user: string) => !(verifier.verify(encode(user, `secret-${user}`)) instanceof Promise);
    expect([isKept('u1'), isKept('u10000'), isKept('u0')]).toEqual([true, true, false]);
  });

  it('Forgets a remembered password at once when the file changes or removes it, and takes new scopes', async () => {
    const file = testFile(`${ALICE}${entry('bob')}`);
    const verifier = open(file, fakeHashing());
    const [alice, bob] = [encode('alice', 'secret-alice'), encode('bob', 'secret-bob')];
    await Promise.all([verifier.verify(alice), verifier.verify(bob)]);
    file.write(`users:\n${entry('alice', ', scopes: [b]')}`);
    await verifier.reload();
    expect(verifier.verify(alice)).toHaveProperty('scopes', new Set(['b']));
    expect(await verifier.verify(bob)).toHaveProperty('rejected');
    file.write(`users:\n  - { user: alice, password: "${hashOf('other')}" }`);
    await verifier.reload();
    expect(await verifier.verify(alice)).toHaveProperty('rejected');
  });

  it('Refuses a user who is disabled or has expired only after the password was compared', async () => {
    const text = `users:\n${entry('alice', ', disabled: true')}${entry('bob', ', expires: 1970-01-01')}`;
    const hashing = fakeHashing();
    const verifier = open(testFile(text), hashing);
    for (const user of ['alice', 'bob']) {
      expect(await verifier.verify(encode(user, 'wrong'))).toHaveProperty('reason', 'the password is wrong');
      expect(await verifier.verify(encode(user, `secret-${user}`))).toHaveProperty(
        'reason',
        expect.stringMatching(/is disabled|has expired/),
      );
    }
    expect(hashing.hashed).toHaveLength(4);
  });

  it('Compares the password of an unknown user with the hash of another one, always the same for a name', async () => {
    const users = ['alice', 'bob', 'carol'];
    const hashing = fakeHashing();
    const verifier = open(testFile(`users:\n${users.map((user) => entry(user)).join('')}`), hashing);
    for (const name of ['mallory', 'mallory', 'trent'])
      for (const password of users.map((user) => `secret-${user}`))
        expect(await verifier.verify(encode(name, password))).toEqual({
          rejected: 'The user name or the password is not valid.',
          reason: 'the user is unknown',
        });
    expect(hashing.hashed).toHaveLength(9);
    expect(new Set(hashing.hashed.slice(0, 6).map(({ salt }) => salt)).size).toBe(1);
  });

  it('Refuses malformed credentials without hashing them', () => {
    const hashing = fakeHashing();
    const verifier = open(testFile(ALICE), hashing);
    for (const text of [
      '',
      'x',
      encode('alice', ''),
      `${encode('alice', 'secret-alice')} `,
      'A'.repeat(100_000),
    ])
      expect(verifier.verify(text)).toHaveProperty('reason', 'the Basic credentials are malformed');
    expect(hashing.hashed).toEqual([]);
  });

  it('Hashes equal credentials that arrive together once', async () => {
    const hashing = fakeHashing();
    const verifier = open(testFile(ALICE), hashing);
    const text = encode('alice', 'secret-alice');
    const all = await Promise.all(Array.from({ length: 20 }, () => verifier.verify(text)));
    expect(all.every((one) => 'subject' in one)).toBe(true);
    expect(hashing.hashed).toHaveLength(1);
  });

  it('Hashes few passwords at once, queues some, and refuses the rest for a second', async () => {
    const hashing = fakeHashing({ isManual: true });
    const verifier = open(testFile(ALICE), { ...hashing, queue: { concurrent: 2, queued: 3 } });
    const sent = Array.from({ length: 8 }, (_, index) => verifier.verify(encode('alice', `wrong ${index}`)));
    expect(sent.slice(5)).toEqual(
      Array(3).fill({ unavailable: 'too many passwords wait for their verification', retryAfter: 1 }),
    );
    let isOver = false;
    const verifications = Promise.all(sent.slice(0, 5)).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      hashing.endNext();
      await new Promise(setImmediate);
    }
    expect((await verifications).every((one) => 'rejected' in one)).toBe(true);
    expect([hashing.most, hashing.hashed.length]).toEqual([2, 5]);
    // The places are free again.
    expect(verifier.verify(encode('alice', 'x'))).toBeInstanceOf(Promise);
    hashing.endNext();
  });

  it('Is unavailable when hashing fails, and never accepts the password', async () => {
    const verifier = open(testFile(ALICE), { isPassword: () => Promise.reject(new Error('out of memory')) });
    expect(await verifier.verify(encode('alice', 'secret-alice'))).toEqual({
      unavailable: 'scrypt failed: out of memory',
      retryAfter: 1,
    });
  });

  it('Never accepts a password while the file is broken since the start', async () => {
    const file = testFile('users: nonsense');
    const verifier = open(file, fakeHashing());
    expect(verifier.verify(encode('alice', 'secret-alice'))).toEqual({
      unavailable: verifier.fault(),
      retryAfter: 5,
    });
    file.write(ALICE);
    await verifier.reload();
    expect(await verifier.verify(encode('alice', 'secret-alice'))).toHaveProperty('subject');
  });

  it('Refuses everybody while the file has no users', async () => {
    const hashing = fakeHashing();
    const verifier = open(testFile('keys: []'), hashing);
    expect(await verifier.verify(encode('alice', 'secret-alice'))).toHaveProperty('rejected');
  });
});
