import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { databaseUrl } from '../../src/config/database-url.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'linkway-'));
  file = join(folder, 'password');
});
afterEach(() => rmSync(folder, { recursive: true }));

const URL = 'postgres://linkway@db:5432/linkway';
const urlWith = (DATABASE_URL: string | undefined, DATABASE_PASSWORD_FILE?: string) =>
  databaseUrl({ DATABASE_URL, DATABASE_PASSWORD_FILE });

it('The URL is unchanged without a password file', () => {
  expect(urlWith(URL)).toBe(URL);
  expect(urlWith(undefined)).toBeUndefined();
});

it.each(['simple', 'a/b:c@d?e#f%20', 'Grüße '])(
  'The URL contains the password %j of the file',
  (password) => {
    writeFileSync(file, `${password}\n`);
    const url = urlWith(URL, file) ?? '';
    expect(url).toMatch(/^postgres:\/\/linkway:[^@/]+@db:5432\/linkway$/);
    expect(decodeURIComponent(new globalThis.URL(url).password)).toBe(password);
  },
);

it('Errors name what is missing, but never the password', () => {
  expect(() => urlWith(URL, join(folder, 'nowhere'))).toThrow('nowhere cannot be read; name a file');
  writeFileSync(file, 'hunter2');
  expect(() => urlWith(undefined, file)).toThrow('DATABASE_PASSWORD_FILE requires DATABASE_URL');
});
