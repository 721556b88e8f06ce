/** A file in a folder of its own that is removed after the test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';

const folders: string[] = [];

/** Call it once in a test file. */
export const removeFilesAfterEach = (): void => {
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
};

export interface TestFile {
  readonly path: string;
  write(text: string): void;
  remove(): void;
}

/** @param text undefined for a file that does not exist yet */
export function testFile(text?: string): TestFile {
  const folder = mkdtempSync(join(tmpdir(), 'linkway-'));
  folders.push(folder);
  const path = join(folder, 'keys.yaml');
  const file = {
    path,
    write: (content: string) => writeFileSync(path, content),
    remove: () => rmSync(path),
  };
  if (text !== undefined) file.write(text);
  return file;
}
