/** A service that got more operations and resources passes every check and its tests, and can be walked. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { copyProject, describeInCopy, type ProjectCopy, passes } from '../../support/project-copy.ts';
import { startCopy } from '../../support/started.ts';

const HAL = { Accept: 'application/hal+json' };
const BOATS = 'services/paper-boats';

describeInCopy('A service', () => {
  let copy: ProjectCopy;
  beforeAll(() => {
    copy = copyProject();
  }, 600_000);
  beforeEach(() => passes(template('new-service', 'paper-boats')), 600_000);
  afterEach(() => copy.restore());
  afterAll(() => copy.remove());

  const template = (command: string, ...args: string[]) =>
    copy.run(process.execPath, `src/tools/scaffold/${command}.ts`, ...args);
  const npm = (...args: string[]) => passes(copy.run('npm', ...args));

  it('gets actions and another resource, and passes all checks and tests', async () => {
    const said = await passes(template('new-operation', 'paper-boats', 'launch', '--action'));
    expect(said).toContain('launch moves a paper boat from OPEN to LAUNCHED.');
    await passes(
      template('new-operation', 'paper-boats', 'write-off', '--action', '--from', 'LAUNCHED', '--to', 'LOST'),
    );
    await passes(template('new-resource', 'paper-boats', 'paper-sails'));
    await passes(template('new-operation', 'paper-boats', 'set', '--action', '--resource', 'PaperSail'));
    expect(copy.read(`${BOATS}/README.md`)).toMatch(/LAUNCHED --> LOST: writeOff[\s\S]*OPEN --> SET: set/);
    await npm('run', 'check');
    await npm('test', '--', 'test/services/paper-boats');
    await passes(template('remove-service', 'paper-boats'));
    expect(copy.changed()).toEqual([]);
  }, 600_000);

  it('can be mocked from its contract, and otherwise reports the missing handler', async () => {
    await passes(template('new-operation', 'paper-boats', 'launch', '--action', '--contract-only'));
    const { code, out } = await copy.run('npm', 'run', 'check:handlers');
    expect([code, out]).toEqual([
      1,
      expect.stringContaining(
        'linkway: launchPaperBoat (POST /paper-boats/{paperBoatId}/launch) has no handler: write services/paper-boats/handlers/launch-paper-boat.ts and register it in services/paper-boats/main.ts\n',
      ),
    ]);
    const launched = async () => {
      const { url, stop } = await startCopy(copy);
      try {
        const boat = await (await fetch(`${url}/paper-boats/pb-1001`, { headers: HAL })).json();
        const { href } = (boat as { _links: Record<string, { href: string }> })._links.launch as {
          href: string;
        };
        const response = await fetch(url + href, { method: 'POST', headers: HAL });
        return [response.status, ((await response.json()) as { type?: string }).type];
      } finally {
        await stop();
      }
    };
    expect(await launched()).toEqual([501, '/problems/not-implemented']);
    const mocked = copy.read('gateway.yaml').replace('  paper-boats:\n', '$&    upstream: mock\n');
    copy.write('gateway.yaml', mocked);
    expect(await launched()).toEqual([200, undefined]);
  }, 600_000);

  it('gets the missing handler of a contract-only action, but only once', async () => {
    const action = ['new-operation', 'paper-boats', 'launch', '--action'] as const;
    await passes(template(...action, '--to', 'AFLOAT', '--contract-only'));
    const said = await passes(template(...action));
    expect(said).toContain('launch moves a paper boat from OPEN to AFLOAT.');
    await npm('run', 'check:handlers');
    await npm('test', '--', 'test/services/paper-boats/launch');
    expect((await template(...action)).out).toContain(
      'the code of a paper boat already uses the name launch',
    );
  }, 600_000);

  it('gets an action that does not change the state, whose test passes', async () => {
    await passes(
      template('new-operation', 'paper-boats', 'remind', '--action', '--from', 'OPEN', '--to', 'OPEN'),
    );
    await npm('test', '--', 'test/services/paper-boats/remind');
  }, 600_000);
});
