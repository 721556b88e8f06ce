/** Starts a process of the project as a script of package.json does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Child {
  readonly process: ChildProcess;
  /** The output so far. */
  readonly output: { stdout: string; stderr: string };
  /** Resolves when the output matches. */
  says(pattern: RegExp): Promise<void>;
  /** Resolves with its exit code. */
  ended: Promise<number | null>;
}

export function startChild(script: string, args: readonly string[], env: Record<string, string>): Child {
  const { DATABASE_URL: _, ...inherited } = process.env;
  const child = spawn(process.execPath, ['--liftoff-only', script, ...args], {
    cwd: ROOT,
    env: { ...inherited, NODE_COMPILE_CACHE: 'node_modules/.cache/compile', ...env },
  });
  const output = { stdout: '', stderr: '' };
  const ended = once(child, 'close').then(([code]) => code as number | null);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  return {
    process: child,
    output,
    ended,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => pattern.test(output.stdout) && resolve();
        child.stdout.on('data', look);
        ended.then(() =>
          reject(new Error(`ended without saying ${pattern}: ${output.stdout}${output.stderr}`)),
        );
        look();
      }),
  };
}

/** Returns a port that was free just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
