import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, watch, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lockFolder } from '../../src/storage/folder-lock.ts';

const base = mkdtempSync(join(tmpdir(), 'linkway-lock-'));
const script = fileURLToPath(new URL('../support/lock-holder.ts', import.meta.url));
const holders: ChildProcess[] = [];
let folder: string;
let folders = 0;

/** @returns the output of a process that tries to lock the folder */
async function hold(command: readonly string[] = []) {
  const [program = '', ...args] = [...command, process.execPath, script, folder];
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  holders.push(child);
  const [said] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const end = async () => {
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'exit');
  };
  return { said, child, end };
}

const kill = async (child: ChildProcess) => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
};

const refusal = (timing = {}): Promise<string> =>
  lockFolder(folder, timing).then(
    () => 'it was taken',
    (error: Error) => error.message,
  );

beforeEach(() => {
  folder = join(base, String(++folders));
});
afterEach(async () => {
  await Promise.all(holders.splice(0).map(kill));
});
afterAll(() => rmSync(base, { recursive: true }));

describe('A data folder', () => {
  it('belongs to one process until that process unlocks it', async () => {
    const { said, child, end } = await hold();
    expect(said).toBe('taken');
    expect(await refusal()).toBe(
      `DATA_DIR: ${folder} is in use by process ${child.pid}: stop that process, or set DATA_DIR to another folder`,
    );
    await end();
    (await lockFolder(folder))();
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });

  it('is free immediately after kill -9', async () => {
    const { child } = await hold();
    await kill(child);
    expect(existsSync(join(folder, 'lock'))).toBe(true);
    const patience = Number.POSITIVE_INFINITY;
    (await lockFolder(folder, { takeoverAfter: patience }))();
  });

  it('is locked by only one of many processes that start after a crash', async () => {
    await kill((await hold()).child);
    const all = await Promise.all(Array.from({ length: 6 }, () => hold()));
    expect(all.filter(({ said }) => said === 'taken')).toHaveLength(1);
    for (const { said } of all) expect(said).toMatch(/^taken$|is in use by/);
  });

  it('stays locked when a rejected process ends', async () => {
    const { said, end } = await hold();
    await (await hold()).end();
    expect(said).toBe('taken');
    expect(await refusal()).toContain('is in use by process');
    await end();
  });

  const canUnshare = spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status === 0;
  (canUnshare ? it : it.skip)(
    'belongs to one of two containers, though each has pids of its own',
    async () => {
      const container = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];
      const first = await hold(container);
      expect(first.said).toBe('taken');
      expect((await hold(container)).said).toContain('of another container or machine');
      expect(await refusal()).toContain('of another container or machine');
      await first.end();
      expect((await hold(container)).said).toBe('taken');
    },
  );
});

describe('A data folder that machines share over a network', () => {
  const other = JSON.stringify({ pid: 1, host: 'other', boot: 'another', namespace: 'pid:[1]' });

  it('is rejected while an owner on another machine touches its lock', async () => {
    (await lockFolder(folder))();
    const file = join(folder, 'lock');
    writeFileSync(file, other);
    let touches = 0;
    const owner = setInterval(() => utimesSync(file, ++touches, touches), 5);
    expect(await refusal({ beat: 10, patience: Number.POSITIVE_INFINITY })).toContain(
      'is in use by process 1 of another container or machine, other',
    );
    clearInterval(owner);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ host: 'other' });
  });

  it('is taken over from a dead owner on another machine', async () => {
    (await lockFolder(folder))();
    writeFileSync(join(folder, 'lock'), other);
    const unlock = await lockFolder(folder, { heartbeat: 1, takeoverAfter: 3 });
    expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'))).toMatchObject({
      pid: process.pid,
      host: hostname(),
    });
    unlock();
  });

  it('is touched by its owner', async () => {
    const unlock = await lockFolder(folder, { heartbeat: 1 });
    const file = join(folder, 'lock');
    utimesSync(file, 1, 1);
    const watcher = watch(file);
    await once(watcher, 'change');
    watcher.close();
    unlock();
  });
});

it('A folder whose path is too long for a lock is rejected in one line', async () => {
  folder = join(base, 'x'.repeat(200), 'x'.repeat(200), 'x'.repeat(200));
  expect(await refusal()).toMatch(
    /^DATA_DIR: .* cannot be locked \(.*\): set it to a folder on a local disk, with a path of at most[^\n]*$/,
  );
});
