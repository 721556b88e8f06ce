/**
 * Both ends of a measured process. The process sends its URL and, on request, the value of its meter. Each server has
 * its own process, on its own core if the system supports that.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

export interface Child {
  readonly url: string;
  /** The value of its meter: the CPU time so far in microseconds, unless the process counts something else. */
  meter(): Promise<number>;
  stop(): void;
}

const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0;

export const startChild = async (
  file: string,
  environment: Record<string, string>,
  core?: number,
): Promise<Child> => {
  const node = [process.execPath, fileURLToPath(import.meta.resolve(file))];
  const pinned = core !== undefined && canPin ? ['taskset', '-c', String(core), ...node] : node;
  const [command = '', ...args] = pinned;
  const child = spawn(command, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return {
    url: (await messageOf(child)) as string,
    meter: async () => {
      child.send('meter');
      return (await messageOf(child)) as number;
    },
    stop: () => child.disconnect(),
  };
};

const messageOf = async (child: ChildProcess): Promise<unknown> => {
  const ended = new AbortController();
  const { signal } = ended;
  const exit = once(child, 'exit', { signal }).then(() => {
    throw new Error('A process of the benchmark ended too early.');
  });
  const [message] = await Promise.race([once(child, 'message', { signal }), exit]);
  exit.catch(() => {});
  ended.abort();
  return message;
};

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** Called in the measured process. */
export const reportTo = (parent: NodeJS.Process, url: string, meter = cpu): void => {
  parent.on('message', () => parent.send?.(meter()));
  parent.on('disconnect', () => process.exit());
  parent.send?.(url);
};
