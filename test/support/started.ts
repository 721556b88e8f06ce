/** Processes that run in a copy of the project until they are stopped, such as `npm start`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from './child.ts';
import { withCluster } from './cluster.ts';
import type { ProjectCopy } from './project-copy.ts';

interface Process {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Matches the output when it has started. */
  readonly isUp: RegExp;
}

interface StartedProcess {
  /** Stops it as Ctrl-C does. */
  stop(): Promise<void>;
}

export interface Started extends StartedProcess {
  readonly url: string;
}

/** @throws Error with the output, when it does not start */
export async function startProcess(
  copy: ProjectCopy,
  { command, args, env, isUp }: Process,
): Promise<StartedProcess> {
  // It gets its own process group, so that the signal also reaches the processes of a shell or npm.
  const child = spawn(command, args, { cwd: copy.folder, env: { ...copy.env, ...env }, detached: true });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  // The exit counts only when all its child processes have ended too.
  const ended = once(child, 'close');
  while (!isUp.test(said))
    await Promise.race([
      once(child.stdout, 'data'),
      ended.then(() => {
        throw new Error(said);
      }),
    ]);
  return {
    stop: async () => {
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
      await ended;
    },
  };
}

export async function startCopy(copy: ProjectCopy): Promise<Started> {
  const port = await freePort();
  const data = join(copy.folder, 'data');
  await withCluster(data);
  const { stop } = await startProcess(copy, {
    command: process.execPath,
    args: ['--liftoff-only', 'src/main.ts'],
    env: { PORT: String(port), DATA_DIR: data },
    isUp: /is running/,
  });
  return { url: `http://127.0.0.1:${port}`, stop };
}

/** Parsed JSON of any shape. */
type Json = ReturnType<typeof JSON.parse>;

/** Sends requests to the system of a copy while it runs, and stops it. */
export async function whileStarted(
  copy: ProjectCopy,
  walk: (get: (path: string) => Promise<Json>) => Promise<void>,
): Promise<void> {
  const { url, stop } = await startCopy(copy);
  try {
    await walk(async (path) =>
      (await fetch(url + path, { headers: { Accept: 'application/hal+json' } })).json(),
    );
  } finally {
    await stop();
  }
}
