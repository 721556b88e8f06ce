/** `npm start` in a copy of the project, as a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from './child.ts';
import { withCluster } from './cluster.ts';
import type { ProjectCopy } from './project-copy.ts';

export interface Started {
  readonly url: string;
  /** As Ctrl-C ends it. */
  stop(): Promise<void>;
}

/** @throws Error with what it said, when it does not start */
export async function startCopy(copy: ProjectCopy): Promise<Started> {
  const port = await freePort();
  const data = join(copy.folder, 'data');
  await withCluster(data);
  const child = spawn(process.execPath, ['--liftoff-only', 'src/main.ts'], {
    cwd: copy.folder,
    env: { ...copy.env, PORT: String(port), DATA_DIR: data },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const ended = once(child, 'exit');
  while (!said.includes('is up'))
    await Promise.race([
      once(child.stdout, 'data'),
      ended.then(() => {
        throw new Error(said);
      }),
    ]);
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      child.kill('SIGINT');
      await ended;
    },
  };
}
