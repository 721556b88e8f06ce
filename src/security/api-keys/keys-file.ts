/**
 * The file of API keys and passwords that `keysFile` names. It contains hashes only, so that a copy of the file does not
 * open anything. Messages about its faults never quote a hash or a password.
 */
import { z } from 'zod';
import { Faults } from '../../config/yaml/faults.ts';
import { parseText } from '../../config/yaml/parse-text.ts';
import { YamlText } from '../../config/yaml/yaml-text.ts';
import { sha256 } from '../sha256.ts';
import type { Identity } from '../verifier.ts';
import { PASSWORD_HASH_FORM, type PasswordHash, parsePasswordHash } from './password-hash.ts';

export interface KeyEntry {
  readonly identity: Identity;
  readonly isDisabled: boolean;
}

export interface UserEntry extends KeyEntry {
  /** The hash as the file has it, to notice a change. */
  readonly password: string;
  readonly passwordHash: PasswordHash;
}

export interface KeysFile {
  /** By the SHA-256 of the key in base64url. */
  readonly keys: ReadonlyMap<string, KeyEntry>;
  /** By the name of the user. */
  readonly users: ReadonlyMap<string, UserEntry>;
}

/** About 80,000 keys. */
export const MAX_KEYS_FILE_BYTES = 16 * 1024 ** 2;

const DIGEST_FORM = 'expected the SHA-256 of the key, as 64 hexadecimal digits or in base64url';

/** The digest in base64url; undefined for other texts. */
function toDigest(text: string): string | undefined {
  if (/^[\da-f]{64}$/i.test(text)) return Buffer.from(text, 'hex').toString('base64url');
  const isCanonical =
    /^[\w-]{43}$/.test(text) && Buffer.from(text, 'base64url').toString('base64url') === text;
  return isCanonical ? text : undefined;
}

/** Texts that examples and mistakes put where a key belongs, alone and with the line break that `echo` adds. */
const PLACEHOLDERS = [
  '',
  'changeme',
  'secret',
  'password',
  'test',
  'key',
  'apikey',
  'api-key',
  'token',
  'admin',
  'null',
  'undefined',
  'example',
  'foo',
];
const PLACEHOLDER_DIGESTS = new Set(PLACEHOLDERS.flatMap((text) => [sha256(text), sha256(`${text}\n`)]));

const digest = z.string({ error: DIGEST_FORM }).transform((text, context) => {
  const value = toDigest(text);
  if (value !== undefined && !PLACEHOLDER_DIGESTS.has(value)) return value;
  const message =
    value === undefined
      ? DIGEST_FORM
      : 'is the hash of an empty text or of a placeholder, which is no key; make a new key';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const password = z.string({ error: PASSWORD_HASH_FORM }).transform((text, context) => {
  const passwordHash = parsePasswordHash(text);
  if (passwordHash !== undefined) return { text, passwordHash };
  context.addIssue({ code: 'custom', message: PASSWORD_HASH_FORM });
  return z.NEVER;
});

/** Names go to logs and to services in headers. */
const NAME = /^[^\p{Cc}\p{Zl}\p{Zp}]{1,200}$/u;

const name = z.string().regex(NAME, 'expected a name of 1 to 200 characters without control characters');

/** The syntax of a scope in OAuth 2.0 (RFC 6749 §3.3). */
const scope = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/, 'expected a scope without spaces and quotes');

const EXPIRES_FORM = 'expected a date such as 2027-01-31, or a time such as 2027-01-31T12:00:00Z';

const expires = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], { error: EXPIRES_FORM })
  .transform((text) => Date.parse(text));

const shared = {
  scopes: z.array(scope).max(1000).default([]),
  expires: expires.optional(),
  client: name.optional(),
  disabled: z.boolean().default(false),
};

/** The message for a value of another type, which does not quote it. */
const otherType = (expected: string) => (issue: { readonly code?: string }) =>
  issue.code === 'invalid_type' ? `expected ${expected}` : undefined;

const keyEntry = z.strictObject(
  { name, sha256: digest, ...shared },
  { error: otherType('an entry with name and sha256') },
);

const userName = name.refine(
  (text) => !text.includes(':'),
  'expected a name without a colon, which Basic authentication cannot send',
);

const userEntry = z.strictObject(
  { user: userName, password, ...shared },
  { error: otherType('an entry with user and password') },
);

const keysFile = z.strictObject(
  {
    keys: z.array(keyEntry, { error: otherType('a list of entries') }).default([]),
    users: z.array(userEntry, { error: otherType('a list of entries') }).default([]),
  },
  { error: otherType('a file with keys and users') },
);

/** The same rules for the command that makes entries. */
export const entryOptions = z.strictObject({
  name,
  scopes: z.array(scope),
  expires: expires.optional(),
  client: name.optional(),
});

/** The lines of faults are determined only in files up to this size, because that parser is slow. */
const MAX_LOCATED_CHARACTERS = 1024 ** 2;

/** @throws ConfigError with one line for each fault, with file and line */
export function parseKeysFile(text: string, file: string): KeysFile {
  const value = parseYaml(text, file) ?? {};
  let parsed: YamlText | undefined;
  const yaml = (): YamlText | undefined => {
    if (text.length <= MAX_LOCATED_CHARACTERS) parsed ??= new YamlText(text);
    return parsed;
  };
  const faults = new Faults({
    has: (path) => yaml()?.has(path) ?? true,
    describe: (path, message, isName) => {
      const line = (isName ? yaml()?.lineOfKey(path) : yaml()?.lineOf(path)) ?? 0;
      const place = [line === 0 ? file : `${file}:${line}`, path.map(String).join('.')].filter(Boolean);
      return { line, text: [...place, message].join(': ') };
    },
  });
  const checked = faults.check(keysFile, value, []);
  const keys = new Map<string, KeyEntry>();
  for (const [index, entry] of (checked?.keys ?? []).entries()) {
    if (keys.has(entry.sha256))
      faults.add(
        ['keys', index, 'sha256'],
        `is the key of "${keys.get(entry.sha256)?.identity.subject}" too; each entry needs a key of its own`,
      );
    else keys.set(entry.sha256, toEntry(entry.name, entry));
  }
  const users = new Map<string, UserEntry>();
  for (const [index, entry] of (checked?.users ?? []).entries()) {
    const user = entry.user.normalize('NFC');
    if (users.has(user)) faults.add(['users', index, 'user'], 'is there twice; a user has one password');
    const { text: hashText, passwordHash } = entry.password;
    users.set(user, { ...toEntry(user, entry), password: hashText, passwordHash });
  }
  faults.throwIfAny();
  return { keys, users };
}

const toEntry = (
  subject: string,
  {
    scopes,
    client,
    expires,
    disabled,
  }: Pick<z.output<typeof keyEntry>, 'scopes' | 'client' | 'expires' | 'disabled'>,
): KeyEntry => ({
  identity: {
    issuer: '',
    subject,
    client,
    scopes: new Set(scopes),
    expiresAt: expires ?? Number.POSITIVE_INFINITY,
  },
  isDisabled: disabled,
});

/** @throws ConfigError without the texts that messages of the parser quote */
function parseYaml(text: string, file: string): unknown {
  return parseText(text, file, (reason, place) => {
    const safe = reason.replaceAll(/["'<].*["'>]/gs, '…');
    return `${file}:${place?.line ?? 1}: invalid YAML: ${safe}`;
  });
}
