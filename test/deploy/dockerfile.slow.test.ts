/** The image cannot be built here, so its files are copied to a folder, and its commands run there. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { validate } from 'dockerfile-utils';
import { freePort } from '../support/child.ts';
import { itSamples } from '../support/samples.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
const lastStage = text.slice(text.lastIndexOf('\nFROM '));
const list = (instruction: string): string[] =>
  JSON.parse(new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(lastStage)?.[1] ?? '[]');
/** The files that are copied from the project, with the same names in both. */
const copied = [...lastStage.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, names = '']) =>
  names.split(' '),
);
const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');

describe('The Dockerfile', () => {
  it('is valid without a warning', () => {
    expect(validate(text).map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
    expect(validate('FROM a\nRUNN b')).not.toEqual([]);
  });

  it('copies only existing files that .dockerignore includes', () => {
    expect(copied.length).toBeGreaterThan(3);
    for (const name of [...copied, 'package-lock.json', '.npmrc']) {
      expect([name, existsSync(join(ROOT, name))]).toEqual([name, true]);
      expect(ignored).toContain(`!${name}`);
    }
  });

  it('runs as an unprivileged user, with node as the process that gets the signals', () => {
    expect(/^USER (.*)$/m.exec(lastStage)?.[1]).toBe('1000');
    expect(list('ENTRYPOINT')[0]).toBe('node');
  });

  it('needs no development dependency', () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const seen = new Set<string>();
    const packages = new Set<string>();
    const walk = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      const code = readFileSync(file, 'utf8').replaceAll(/^(?:import|export) type [^;]*;/gm, '');
      for (const [, to = ''] of code.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
        if (to.startsWith('.')) walk(resolve(dirname(file), to));
        else if (/^@?[a-z]/.test(to) && !to.startsWith('node:'))
          packages.add(
            to
              .split('/')
              .slice(0, to.startsWith('@') ? 2 : 1)
              .join('/'),
          );
      }
    };
    const services = readdirSync(join(ROOT, 'services')).map((name) => `services/${name}/main.ts`);
    for (const file of ['src/gateway/main.ts', 'src/service/main.ts', 'src/main.ts', ...services])
      if (existsSync(join(ROOT, file))) walk(join(ROOT, file));
    expect([...packages].filter((name) => !(name in dependencies))).toEqual([]);
    expect(
      [...seen].map((file) => relative(ROOT, file)).filter((file) => file.startsWith('src/tools/')),
    ).toEqual([]);
  });
});

describe('The image', () => {
  let image: string;
  let data: string;
  let running: ChildProcess[];
  beforeEach(() => {
    [image, data, running] = [
      mkdtempSync(join(tmpdir(), 'linkway-')),
      mkdtempSync(join(tmpdir(), 'linkway-')),
      [],
    ];
    for (const name of copied) cpSync(join(ROOT, name), join(image, name), { recursive: true });
    rmSync(join(image, 'src/tools'), { recursive: true });
    symlinkSync(
      join(dirname(fileURLToPath(import.meta.resolve('express'))), '..'),
      join(image, 'node_modules'),
    );
  });
  afterEach(async () => {
    for (const child of running.filter(({ exitCode }) => exitCode === null)) {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    }
    for (const folder of [image, data]) rmSync(folder, { recursive: true });
  });

  const below = (name: string): string[] =>
    statSync(join(image, name)).isDirectory()
      ? readdirSync(join(image, name), { recursive: true, encoding: 'utf8' }).map((path) => join(name, path))
      : [];
  /** The packages are shared with other tests that run at the same time. */
  const own = () =>
    readdirSync(image)
      .filter((name) => name !== 'node_modules')
      .flatMap((name) => [name, ...below(name)])
      .toSorted();
  const environment = (name: string, port: number, more: Record<string, string> = {}) => ({
    PATH: process.env.PATH ?? '',
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(port),
    // A shared compile cache makes each next process start sooner.
    DATA_DIR: join(data, name),
    NODE_COMPILE_CACHE: join(data, 'compiled'),
    ...more,
  });
  const run = async (name: string, args: readonly string[], env: Record<string, string>) => {
    const [, ...flags] = list('ENTRYPOINT');
    const child = spawn(process.execPath, [...flags, ...args], {
      cwd: image,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.push(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part: string) => {
        said += part;
      });
    const exit = once(child, 'exit');
    while (!/http:\/\//.test(said))
      await Promise.race([
        once(child.stdout, 'data'),
        exit.then(() => {
          throw new Error(`${name}: ${said}`);
        }),
      ]);
    return { child, exit };
  };

  itSamples(
    'runs the gateway and each service separately and healthy until SIGTERM',
    async () => {
      const before = own();
      const names = ['consumers', 'restaurants', 'orders'];
      const ports = await Promise.all([...names, 'gateway'].map(() => freePort()));
      const urls = Object.fromEntries(
        names.map((name, index) => [`${name.toUpperCase()}_URL`, `http://127.0.0.1:${ports[index]}`]),
      );
      const started = await Promise.all(
        names.map((name, index) =>
          run(name, ['src/service/main.ts', name], environment(name, ports[index] as number, urls)),
        ),
      );
      const env = environment('gateway', ports[3] as number, urls);
      started.push(await run('gateway', list('CMD'), env));
      const response = await fetch(`http://127.0.0.1:${ports[3]}/orders/o-1001?expand=consumer,restaurant`);
      const { _embedded } = (await response.json()) as { _embedded: Record<string, { id: string }> };
      expect([_embedded.consumer?.id, _embedded.restaurant?.id]).toEqual(['c-ada', 'r-trattoria']);

      const [, ...health] = list(' +CMD');
      const healthStatus = () => spawnSync(process.execPath, health, { env, encoding: 'utf8' }).status;
      expect(healthStatus()).toBe(0);
      for (const { child, exit } of started.toReversed()) {
        child.kill('SIGTERM');
        expect(await exit).toEqual([0, null]);
      }
      expect(healthStatus()).toBe(1);
      expect(own()).toEqual(before);
    },
    90_000,
  );
});
