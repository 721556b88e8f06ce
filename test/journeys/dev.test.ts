/** `npm run dev` in a copy of the project: changed code runs, broken code does not. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freePort } from '../support/child.ts';
import { withCluster } from '../support/cluster.ts';
import { describeSamples } from '../support/samples.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Ends the string literal too early. */
const BROKEN = "All' consumers";
const OWN = /^(?:src|services|openapi)\/|^(?:package\.json|tsconfig\.json|gateway\.yaml)$/;

let folder: string;
let dev: ChildProcess;
let url: string;
let said = '';

describeSamples('`npm run dev`', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'linkway-'));
    const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
      cwd: ROOT,
      encoding: 'utf8',
    }).split('\n');
    for (const file of tracked.filter((name) => OWN.test(name)))
      cpSync(join(ROOT, file), join(folder, file), { recursive: true });
    symlinkSync(
      join(dirname(fileURLToPath(import.meta.resolve('express'))), '..'),
      join(folder, 'node_modules'),
    );
    await withCluster(join(folder, 'data'));
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const { DATABASE_URL: _, ...env } = process.env;
    dev = spawn(process.execPath, ['src/tools/dev.ts'], {
      cwd: folder,
      env: {
        ...env,
        PORT: String(port),
        DATA_DIR: join(folder, 'data'),
        NODE_COMPILE_CACHE: join(folder, 'compiled'),
      },
    });
    for (const stream of [dev.stdout, dev.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
  }, 60_000);
  afterAll(async () => {
    if (dev.exitCode === null) {
      dev.kill('SIGINT');
      await once(dev, 'exit');
    }
    rmSync(folder, { recursive: true });
  });

  /** Waits until the output contains the text so many times. The output arrives in chunks. */
  const says = async (text: string, times = 1): Promise<void> => {
    while (said.split(text).length <= times) await once(dev.stdout as NonNullable<typeof dev.stdout>, 'data');
  };
  const summary = async (): Promise<string> => {
    const response = await fetch(`${url}/openapi/consumers.json`);
    return ((await response.json()) as { paths: Record<string, { get: { summary: string } }> }).paths[
      '/consumers'
    ]?.get.summary as string;
  };
  const contract = () => join(folder, 'services/consumers/contract.ts');
  const edit = (from: string, to: string) =>
    writeFileSync(contract(), readFileSync(contract(), 'utf8').replace(from, to));

  it('runs changed code, and keeps the previous process while the code is broken', async () => {
    await says('Press Ctrl-C to stop');
    expect(await summary()).toBe('List consumers');

    edit('List consumers', 'All consumers');
    await says('Press Ctrl-C to stop', 2);
    expect(await summary()).toBe('All consumers');

    edit('All consumers', BROKEN);
    await says('the previous process keeps running');
    expect(said).toContain('contract.ts');
    expect(await summary()).toBe('All consumers');

    edit(BROKEN, 'Every consumer');
    await says('Press Ctrl-C to stop', 3);
    expect(await summary()).toBe('Every consumer');

    dev.kill('SIGINT');
    expect(await once(dev, 'exit')).toEqual([0, null]);
  }, 90_000);
});
