/** A full disk, on machines where a test can create its own disk. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';

const disk = mkdtempSync(join(tmpdir(), 'linkway-disk-'));
const script = fileURLToPath(new URL('../support/small-disk.ts', import.meta.url));
/** The disk is in a mount namespace, so that it disappears with its process. */
const onDisk = (size: string, command: string) =>
  spawnSync('unshare', ['--mount', 'sh', '-c', `mount -t tmpfs -o size=${size} none ${disk} && ${command}`], {
    encoding: 'utf8',
  });

afterAll(() => rmSync(disk, { recursive: true }));

const canMount = onDisk('1m', 'true').status === 0;

(canMount ? describe : describe.skip)('A database on a small disk', () => {
  const run = (size: string) => {
    const { stdout, stderr } = onDisk(size, `${process.execPath} --liftoff-only ${script} ${disk}`);
    return stdout === '' ? stderr : JSON.parse(stdout);
  };

  it('is rejected at the first start with the reason and the remedy', () => {
    expect(run('20m')).toEqual({
      refused: `DATA_DIR: the database in ${disk}/data cannot be opened (ENOSPC): free space on its disk; 100 MB are enough to start`,
    });
  }, 60_000);

  it('can be read while the disk is full, reports failed writes, and recovers', () => {
    const well = { write: 'done', read: 'done', probe: 'done' };
    expect(run('80m')).toEqual({
      before: well,
      full: { write: '53100', read: 'done', probe: 'ENOSPC' },
      after: well,
    });
  }, 60_000);
});
