import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseKeysFile } from '../../../src/security/api-keys/keys-file.ts';
import { isPassword, parsePasswordHash } from '../../../src/security/api-keys/password-hash.ts';
import { sha256 } from '../../../src/security/sha256.ts';
import { key } from '../../../src/tools/keys/key.ts';
import { readPassword } from '../../../src/tools/keys/read-password.ts';
import { startChild } from '../../support/child.ts';

const run = async (args: readonly string[], input = '') => {
  const child = startChild('src/tools/linkway.ts', args, {});
  child.process.stdin?.end(input);
  const code = await child.ended;
  return { code, ...child.output };
};

const entryOf = (stdout: string): string => stdout.slice(stdout.indexOf('# The entry for keysFile:'));

describe('npm run linkway -- key', () => {
  it('Prints a new random key with the entry that accepts it', async () => {
    const args = ['key', 'partner', '--scopes', 'a,b', '--expires', '2027-01-31', '--client', 'shop'];
    const { code, stdout } = await run(args);
    expect(code).toBe(0);
    const text = /^lk_[\w-]{43}$/m.exec(stdout)?.[0] ?? '';
    expect(parseKeysFile(entryOf(stdout), 'keys.yaml').keys.get(sha256(text))?.identity).toEqual({
      issuer: '',
      subject: 'partner',
      client: 'shop',
      scopes: new Set(['a', 'b']),
      expiresAt: Date.UTC(2027, 0, 31),
    });
    expect(entryOf(stdout)).not.toContain(text);
  });

  it('Prints JSON for programs, with another key each time', async () => {
    const [one, two] = await Promise.all([run(['key', 'a', '--json']), run(['key', 'a', '--json'])]);
    expect(JSON.parse(one.stdout).key).toMatch(/^lk_/);
    expect(JSON.parse(one.stdout).key).not.toBe(JSON.parse(two.stdout).key);
  });

  it('Makes an entry that the file accepts, for any name and scopes, or refuses them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ minLength: 1, maxLength: 10 }),
          fc.constantFrom('null', '0o17', '1e3', '- a', '~', '*a'),
        ),
        fc.array(fc.string({ minLength: 1, maxLength: 5 })),
        async (name, scopes) => {
          const report = await key.run([name], { scopes: scopes.join(',') }).catch(({ faults }) => faults);
          if (Array.isArray(report)) return report.every((fault) => /expected a (?:name|scope)/.test(fault));
          const made = report.json as { key: string; entry: string };
          const entry = parseKeysFile(made.entry, 'keys.yaml').keys.get(sha256(made.key));
          return (
            entry?.identity.subject === name &&
            [...entry.identity.scopes].every((one) => scopes.some((scope) => scope.includes(one)))
          );
        },
      ),
    );
  });

  it.each([
    [[], /expected one name/],
    [['a', 'b'], /expected one name/],
    [['a', '--scopes'], /--scopes: expected a value/],
    [['a', '--scopes', 'x"y'], /--scopes: expected a scope/],
    [['a', '--expires', 'tomorrow'], /--expires: expected a date/],
    [['a\nb'], /expected a name of 1 to 200 characters/],
  ])('Refuses the arguments %j', async (args, expected) => {
    const { code, stdout, stderr } = await run(['key', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(expected);
  });
});

describe('npm run linkway -- password', () => {
  it('Prints the entry of a user, with the hash of the password from the standard input', async () => {
    const { code, stdout } = await run(['password', 'alice', '--scopes', 'a'], 'u\u0308ber secret\n');
    expect(code).toBe(0);
    expect(stdout).not.toContain('secret');
    const user = parseKeysFile(stdout, 'keys.yaml').users.get('alice');
    expect(user?.identity.scopes).toEqual(new Set(['a']));
    const hash = parsePasswordHash(user?.password ?? '');
    // Normalized, as the verifier normalizes what clients send.
    expect(hash && (await isPassword('\u00fcber secret', hash))).toBe(true);
  });

  it.each([
    [['alice'], 'short\n', /expected at least 8 characters/],
    [['alice'], '', /expected at least 8 characters/],
    [['alice'], 'two lines\nof text\n', /expected one line/],
    [['a:b'], 'long enough', /cannot contain a colon/],
    [[], 'long enough', /expected one name of a user/],
  ])('Refuses %j with %j', async (args, input, expected) => {
    const { code, stdout, stderr } = await run(['password', ...args], input);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(expected);
  });

  it('Reads a password of at most 4,096 bytes, without its final line break', async () => {
    const read = (...chunks: string[]) =>
      readPassword(Readable.from(chunks.map((chunk) => Buffer.from(chunk))) as NodeJS.ReadStream);
    expect(await read('a b', 'c\r\n')).toBe('a bc');
    await expect(read('x'.repeat(4000), 'x'.repeat(97))).rejects.toThrow(/longer than 4096 bytes/);
  });
});
