import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { LastKnownGood } from '../../src/config/last-known-good.ts';

let folder: string;
const messages: string[] = [];
const lastGood = () => new LastKnownGood(folder, (message) => messages.push(message));
const files = () => readdirSync(join(folder, 'last-good'));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'linkway-last-good-'));
  messages.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

it('Saved texts are found by their place after a restart', async () => {
  await lastGood().save([{ place: 'a.yaml', text: 'one' }], ['a.yaml']);
  await lastGood().save([{ place: 'b.yaml', text: 'two' }], ['a.yaml', 'b.yaml']);
  expect(lastGood().text('a.yaml')).toBe('one');
  expect(lastGood().text('b.yaml')).toBe('two');
  expect(lastGood().text('c.yaml')).toBeUndefined();
});

it('Unused texts and the remains of interrupted writes are removed', async () => {
  await lastGood().save(
    [
      { place: 'a.yaml', text: 'one' },
      { place: 'b.yaml', text: 'two' },
    ],
    ['a.yaml', 'b.yaml'],
  );
  const [stored = ''] = files();
  writeFileSync(join(folder, 'last-good', `${stored}.12345`), '{"place":');
  await lastGood().save([], ['b.yaml']);
  expect(files()).toHaveLength(1);
  expect(lastGood().text('a.yaml')).toBeUndefined();
  expect(lastGood().text('b.yaml')).toBe('two');
});

it('An unreadable file, or one of another place, is ignored', async () => {
  await lastGood().save([{ place: 'a.yaml', text: 'one' }], ['a.yaml']);
  const [file = ''] = files();
  for (const text of ['', '{', 'null', '[]', '{"place":"b.yaml","text":"two"}']) {
    writeFileSync(join(folder, 'last-good', file), text);
    expect(lastGood().text('a.yaml')).toBeUndefined();
  }
});

it('A folder that cannot be written causes a warning', async () => {
  writeFileSync(join(folder, 'last-good'), '');
  await lastGood().save([{ place: 'a.yaml', text: 'one' }], ['a.yaml']);
  expect(messages).toEqual([
    expect.stringMatching(
      /^DATA_DIR: the last known good configuration could not be saved for a restart: EEXIST/,
    ),
  ]);
});
