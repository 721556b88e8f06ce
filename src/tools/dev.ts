/**
 * `npm run dev`: runs the same as `npm start`, and restarts it when code under `src/` or `services/` changes. Before each
 * start it generates the documents from the contracts. If that fails, it shows the fault and keeps the previous process
 * running. The gateway itself reloads documents and `gateway.yaml`. Stored data remains.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';

const FOLDERS = ['src', 'services'];

/** Milliseconds to wait for further changes, because editors write a file in several steps. */
const DEBOUNCE_MS = 150;

const runNode = (...args: string[]): ChildProcess => spawn(process.execPath, args, { stdio: 'inherit' });
const print = (text: string): boolean => process.stdout.write(`\n  dev: ${text}\n`);

let running: ChildProcess | undefined;
let isChanged = false;
let isEnding = false;

/** SIGINT skips draining. */
async function stop(): Promise<number | null> {
  const child = running;
  if (!child || child.exitCode !== null) return child?.exitCode ?? 0;
  const exit = once(child, 'exit');
  child.kill('SIGINT');
  const [code] = await exit;
  return code;
}

async function restart(): Promise<void> {
  const [code] = await once(runNode('src/tools/openapi.ts'), 'exit');
  if (isEnding) return;
  if (code !== 0) {
    print(
      `the documents cannot be written${running?.exitCode === null ? '; the previous process keeps running' : ''}`,
    );
    return;
  }
  await stop();
  if (isEnding) return;
  running = runNode('--max-semi-space-size=16', '--liftoff-only', 'src/main.ts');
  running.once('exit', (failed) => {
    if (failed && !isEnding) print('the process ended with an error; it restarts when a file changes');
  });
}

let isWorking = false;
let timer: NodeJS.Timeout | undefined;

/** Restarts one after the other. Changes during a restart cause another one. */
async function restartUntilCurrent(): Promise<void> {
  isChanged = true;
  if (isWorking) return;
  isWorking = true;
  while (isChanged) {
    isChanged = false;
    await restart();
  }
  isWorking = false;
}

const watchers = FOLDERS.map((folder) =>
  watch(folder, { recursive: true }, (_event, name) => {
    if (!name?.endsWith('.ts')) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      print(`${folder}/${name} changed`);
      void restartUntilCurrent();
    }, DEBOUNCE_MS);
  }),
);

const end = async (): Promise<void> => {
  if (isEnding) return;
  isEnding = true;
  clearTimeout(timer);
  for (const watcher of watchers) watcher.close();
  process.exitCode = (await stop()) ?? 0;
};
process.on('SIGINT', end);
process.on('SIGTERM', end);

await restartUntilCurrent();
