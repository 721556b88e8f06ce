/** A new service is generated and removed in a fresh copy of the project. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { copyProject, describeInCopy, type ProjectCopy, passes } from '../../support/project-copy.ts';
import { describeSamples } from '../../support/samples.ts';
import { whileStarted } from '../../support/started.ts';

describeInCopy('A new service', () => {
  let copy: ProjectCopy;
  beforeAll(() => {
    copy = copyProject();
  }, 60_000);
  afterEach(() => copy.restore());
  afterAll(() => copy.remove());

  const template = (command: string, ...args: string[]) =>
    copy.run(process.execPath, `src/tools/scaffold/${command}.ts`, ...args);

  it.each([
    [['Paper'], 'Paper is not a valid name'],
    [['functions'], 'function is a reserved word of JavaScript; another singular'],
    [['status'], '/status is reserved by the gateway'],
    [['gateway'], 'gateway is the name of another container; choose another name'],
    [['postgres'], 'postgres is the name of another container; choose another name'],
    ...['../x', 'In Voice!', '2nd', ''].map((name): [string[], string] => [
      ['paper-boats', '--resource', name],
      `--resource '${name}' is not a valid name of a resource`,
    ]),
    [['paper-boats', '--port', 'x'], '--port x is not a port'],
    [['paper-boats', '--relation', 'nobody'], 'there is no service nobody'],
  ])('%j is rejected, and nothing is changed', async (args, message) => {
    const before = copy.changed();
    const { code, out } = await template('new-service', ...args);
    expect([code, out]).toEqual([1, expect.stringContaining(message)]);
    expect(copy.changed()).toEqual(before);
  });

  it('is complete, passes all checks and its own tests, and is removed without a trace', async () => {
    const made = await template('new-service', 'paper-boats');
    expect([made.code, made.out]).toEqual([
      0,
      expect.stringContaining('new      services/paper-boats/contract.ts'),
    ]);
    await whileStarted(copy, async (get) => {
      expect((await get('/'))._links.paperBoats.href).toBe('/paper-boats');
      expect((await get('/paper-boats/pb-1001')).state).toBe('OPEN');
      const { services } = await get('/status');
      expect(services.map(({ name }: { name: string }) => name)).toContain('paper-boats');
    });
    const said = await passes(template('remove-service', 'paper-boats'));
    expect(said).toMatch(
      /delete the folder `data`, or run on a server: drop schema "paper_boats" cascade;\n$/,
    );
    expect(copy.changed()).toEqual([]);
  }, 300_000);

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'is complete or absent when %s interrupts the command',
    async (signal) => {
      const child = spawn(process.execPath, ['src/tools/scaffold/new-service.ts', 'paper-boats'], {
        cwd: copy.folder,
      });
      const ended = once(child, 'exit');
      await eventually('the first file is there', () => copy.has('services/paper-boats/contract.ts'));
      child.kill(signal);
      expect(await ended).toEqual([signal === 'SIGINT' ? 130 : 143, null]);
      expect(copy.changed()).toEqual([]);
    },
    60_000,
  );

  it('is neither generated nor removed while gateway.yaml is invalid, and each command reports it in one line', async () => {
    await passes(template('new-service', 'paper-boats'));
    copy.write('gateway.yaml', `${copy.read('gateway.yaml')}\n  - [`);
    const before = copy.changed();
    for (const args of [
      ['src/tools/scaffold/remove-service.ts', 'paper-boats'],
      ['src/tools/openapi.ts', '--check'],
      ['src/tools/check-handlers.ts'],
    ]) {
      const { code, out } = await copy.run(process.execPath, ...args);
      expect([args, code, out]).toEqual([args, 1, expect.stringMatching(/^linkway: .*gateway\.yaml/)]);
      expect(out).not.toMatch(/^ +at /m);
    }
    expect(copy.changed()).toEqual(before);
  }, 60_000);

  it('is rejected if the link back already exists, with the remedy', async () => {
    await passes(template('new-service', 'paper-boats'));
    await passes(template('new-service', 'sails', '--relation', 'paper-boats'));
    const { code, out } = await template(
      'new-service',
      'spars',
      '--relation',
      'paper-boats',
      '--resource',
      'sail',
    );
    expect([code, out]).toEqual([
      1,
      'linkway: services/paper-boats/contract.ts: getPaperBoat already has a link sails; another singular may help: --resource NAME\n',
    ]);
  }, 60_000);

  describeSamples('that is related to orders', () => {
    it('is not removed while other services call it', async () => {
      const refused = await template('remove-service', 'consumers');
      expect([refused.code, refused.out]).toEqual([
        1,
        'linkway: other services call consumers: orders (services/orders/dependencies.ts); remove these calls, or remove the services as well: npm run remove:service -- consumers --dependents\n',
      ]);
      expect(copy.changed()).toEqual([]);
    });
  });
});
