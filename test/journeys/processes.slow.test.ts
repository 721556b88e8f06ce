/** Processes from start to end: their output, their exit, and their errors when they cannot start. */

import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { loadGatewayConfig } from '../../src/config/yaml/gateway-yaml.ts';
import { freePort, startChild } from '../support/child.ts';
import { eventually } from '../support/eventually.ts';
import { describeSamples } from '../support/samples.ts';

describeSamples('The processes', () => {
  let folder: string;
  const env = (more: Record<string, string> = {}) => ({ PORT: '0', DATA_DIR: join(folder, 'data'), ...more });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linkway-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('of `npm start` print the URLs, and end with 0 on Ctrl-C', async () => {
    const child = startChild('src/main.ts', [], env());
    await child.says(/Ctrl-C/);
    const { stdout } = child.output;
    const [, url = ''] = /Entry point +(\S+)/.exec(stdout) ?? [];
    expect(stdout).toMatch(/Swagger UI +http:\S+\/docs/);
    expect(stdout).toContain('The sample is open');
    expect(stdout).toContain('`npm run start:secure`');
    expect(stdout).not.toContain('Warning');
    const [, line = ''] = /curl -s '([^']+)'/.exec(stdout) ?? [];
    const { body } = await request(line).get('').expect(200);
    expect(body._links.self.href).toBeDefined();
    expect(line.startsWith(url)).toBe(true);
    child.process.kill('SIGINT');
    expect(await child.ended).toBe(0);
    expect(child.output.stderr).toBe('');
  }, 60_000);

  it('keep acknowledged writes when they are killed', async () => {
    const first = startChild('src/main.ts', [], env());
    await first.says(/Ctrl-C/);
    const urlOf = (output: string) => /Entry point +(\S+)\//.exec(output)?.[1] ?? '';
    const consumer = { name: 'Kept', email: 'kept@example.com' };
    const { headers } = await request(urlOf(first.output.stdout))
      .post('/consumers')
      .send(consumer)
      .expect(201);
    first.process.kill('SIGKILL');
    await first.ended;
    const second = startChild('src/main.ts', [], env());
    await second.says(/Ctrl-C/);
    const { body } = await request(urlOf(second.output.stdout))
      .get(headers.location ?? '')
      .expect(200);
    expect(body).toMatchObject(consumer);
    second.process.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  }, 60_000);

  it('reload the configuration on SIGHUP, and start with the last good version', async () => {
    const config = join(folder, 'reloaded.yaml');
    const write = (text: string) => writeFile(config, `reload: { files: 0 }\nservices: {}\n${text}`);
    await write('');
    const first = startChild('src/gateway/main.ts', [], env({ GATEWAY_CONFIG: config }));
    await first.says(/the gateway is listening/);
    await write('accessLog: false\n');
    first.process.kill('SIGHUP');
    await first.says(/the gateway has been reloaded/);
    await write('colour: red\n');
    first.process.kill('SIGHUP');
    await first.says(/rejected.*last good/);
    first.process.kill('SIGTERM');
    expect(await first.ended).toBe(0);

    const second = startChild('src/main.ts', [], env({ GATEWAY_CONFIG: config }));
    await second.says(/Broken; the last good version is in use: reloaded\.yaml:3: .*colour/);
    await second.says(/Ctrl-C/);
    second.process.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  }, 60_000);

  it('end on a second signal although their log is not read', async () => {
    const config = join(folder, 'unread.yaml');
    await writeFile(config, 'shutdown: { drain: 0 }\nservices: {}\n');
    const child = startChild('src/gateway/main.ts', [], env({ GATEWAY_CONFIG: config, LOG_LEVEL: 'info' }));
    await child.says(/http:/);
    const [url = ''] = /http:\/\/[\w.]+:\d+/.exec(child.output.stdout) ?? [];
    child.process.stdout?.pause();
    const exit = once(child.process, 'exit');
    for (let count = 0; count < 300; count++) await fetch(`${url}/${'long'.repeat(1500)}`);

    child.process.kill('SIGTERM');
    // The signal is repeated while the process still responds, since the test cannot see when the first one is handled.
    await eventually('it has ended', async () => {
      await fetch(url).catch(() => {});
      child.process.kill('SIGTERM');
      return child.process.exitCode !== null || child.process.signalCode !== null;
    });

    expect(await exit).toEqual([null, 'SIGTERM']);
    child.process.stdout?.resume();
    await child.ended;
  }, 60_000);

  describe('A start that fails', () => {
    let taken: Server;
    let port: number;
    const file = (name: string) => join(folder, name);

    beforeAll(async () => {
      taken = createServer().listen(0, '127.0.0.1');
      port = await new Promise((resolve) => {
        taken.once('listening', () => resolve((taken.address() as { port: number }).port));
      });
      await writeFile(file('broken.yaml'), 'services: [');
      await writeFile(file('typo.yaml'), 'servises: {}');
      await writeFile(file('document.yaml'), 'openapi: 3.1.0\npaths: {');
      await writeFile(
        file('broken-document.yaml'),
        'services: { things: { document: document.yaml, url: "http://127.0.0.1:1" } }',
      );
    });
    afterAll(() => void taken.close());

    it.each([
      ['a port that is taken', 'src/main.ts', [], () => ({ PORT: String(port) }), /PORT.* already in use/],
      ['a port that is none', 'src/gateway/main.ts', [], () => ({ PORT: 'eighty' }), /PORT/],
      [
        'no gateway.yaml',
        'src/gateway/main.ts',
        [],
        () => ({ GATEWAY_CONFIG: file('none.yaml') }),
        /none\.yaml/,
      ],
      [
        'a broken gateway.yaml',
        'src/gateway/main.ts',
        [],
        () => ({ GATEWAY_CONFIG: file('broken.yaml') }),
        /broken\.yaml:1/,
      ],
      [
        'a word that is unknown',
        'src/main.ts',
        [],
        () => ({ GATEWAY_CONFIG: file('typo.yaml') }),
        /servises|services/,
      ],
      [
        'a broken document',
        'src/gateway/main.ts',
        [],
        () => ({ GATEWAY_CONFIG: file('broken-document.yaml') }),
        /document\.yaml:/,
      ],
      ['an unknown service', 'src/service/main.ts', ['nobody'], () => ({}), /orders/],
      [
        'a database that is not there',
        'src/main.ts',
        [],
        () => ({ DATABASE_URL: 'postgres://127.0.0.1:1/x' }),
        /DATABASE_URL/,
      ],
    ])(
      'because of %s prints one line without a stack, and exits with 1',
      async (_name, script, args, changes, message) => {
        const child = startChild(script, args, env({ DATA_DIR: join(folder, 'other'), ...changes() }));
        expect(await child.ended).toBe(1);
        expect(child.output.stderr.trim().split('\n')).toHaveLength(1);
        expect(child.output.stderr).toMatch(message);
      },
      60_000,
    );
  });

  it('run separately; a killed one affects no other, and the system recovers when it restarts', async () => {
    const names = loadGatewayConfig('gateway.yaml').services.map(({ name }) => name);
    const ports = await Promise.all(names.map(async (name) => [name, await freePort()] as const));
    const services = ports.map(
      ([name, at]) =>
        `  ${name}: { document: ${join(process.cwd(), 'openapi', `${name}.yaml`)}, url: "http://127.0.0.1:${at}" }\n`,
    );
    const config = join(folder, 'apart.yaml');
    const policy = 'policy: { retry: { attempts: 0 }, breaker: { minimumCalls: 2, halfOpenAfter: 300ms } }';
    await writeFile(config, `${policy}\nservices:\n${services.join('')}`);
    const apart = { GATEWAY_CONFIG: config, DATA_DIR: join(folder, 'apart'), LOG_LEVEL: 'info' };
    const alone = (name: string) => startChild('src/service/main.ts', [name], apart);

    let consumers = alone('consumers');
    const others = [alone('restaurants'), alone('orders')];
    const gateway = startChild('src/gateway/main.ts', [], { ...apart, PORT: '0' });
    try {
      await Promise.all([consumers, ...others].map((child) => child.says(/http:/)));
      await gateway.says(/http:/);
      const [url = ''] = /http:\/\/[\w.]+:\d+/.exec(gateway.output.stdout) ?? [];
      const get = (path: string) => request(url).get(path);
      await get('/consumers/c-ada').expect(200);

      consumers.process.kill('SIGKILL');
      await consumers.ended;
      const seen = new Set<string>();
      for (let count = 0; count < 6; count++) {
        const { body, headers } = await get('/consumers/c-ada').expect(503);
        expect(Number(headers['retry-after'])).toBeGreaterThan(0);
        seen.add(body.type);
      }
      expect([...seen]).toEqual(['/problems/service-unreachable', '/problems/circuit-open']);
      await get('/restaurants').expect(200);
      const { body } = await get('/orders/o-1001?expand=consumer,restaurant').expect(200);
      expect(body._embedded.restaurant).toBeDefined();
      expect(body._expandErrors).toHaveLength(1);

      consumers = alone('consumers');
      await consumers.says(/http:/);
      // The breaker rejects calls until it is half open.
      let status = 503;
      for (const deadline = Date.now() + 20_000; status !== 200 && Date.now() < deadline; ) {
        ({ status } = await get('/consumers/c-ada'));
      }
      expect(status).toBe(200);
    } finally {
      const children = [gateway, consumers, ...others];
      for (const child of children) child.process.kill('SIGTERM');
      expect(await Promise.all(children.map((child) => child.ended))).toEqual([0, 0, 0, 0]);
    }
  }, 90_000);
});
