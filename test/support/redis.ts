/** A Redis or Valkey server for one test, if the machine has one. With REQUIRE_ALL=1 the tests fail without it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { it } from '@jest/globals';

const PROGRAM = ['valkey-server', 'redis-server'].find((name) => spawnSync(name, ['--version']).status === 0);

if (PROGRAM === undefined && process.env.REQUIRE_ALL === '1')
  throw new Error('REQUIRE_ALL=1, and there is neither valkey-server nor redis-server');

/** A `describe` that is skipped with a message when there is no server. */
export const itWithRedis = PROGRAM === undefined ? it.skip : it;

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

export interface TestRedis {
  readonly url: string;
  /** Stops the process, so that connections stay open without a response. */
  pause(): void;
  stop(): Promise<void>;
  /** Kills the process and starts it again on the same port, without its data. */
  restart(): Promise<void>;
}

export async function startRedis(): Promise<TestRedis> {
  const port = await freePort();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  let { child, ended } = await launch(options);
  const stop = () => {
    child.kill('SIGKILL');
    return ended;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    pause: () => {
      child.kill('SIGSTOP');
    },
    stop,
    restart: async () => {
      await stop();
      ({ child, ended } = await launch(options));
    },
  };
}

async function launch(options: readonly string[]) {
  const child: ChildProcess = spawn(PROGRAM as string, options, { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve) => {
    child.stdout?.on('data', (text: Buffer) => {
      if (/ready to accept connections/i.test(text.toString())) resolve();
    });
  });
  return { child, ended };
}
