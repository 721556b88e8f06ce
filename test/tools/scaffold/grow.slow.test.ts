/** A service that got more operations and resources passes every check and its tests, and can be walked. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { copyProject, describeInCopy, type ProjectCopy, passes } from '../../support/project-copy.ts';
import { startCopy } from '../../support/started.ts';

const HAL = { Accept: 'application/hal+json' };
const BOATS = 'services/paper-boats';

describeInCopy('a service', () => {
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

  it('has actions and a resource more, passes every check and all its tests', async () => {
    const said = await passes(template('new-operation', 'paper-boats', 'launch', '--action'));
    expect(said).toContain('OPEN offers launch, and LAUNCHED follows.');
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

  it('can be walked from its contract alone, and without that says what is missing', async () => {
    await passes(template('new-operation', 'paper-boats', 'launch', '--action', '--contract-only'));
    const { code, out } = await copy.run('npm', 'run', 'check:handlers');
    expect([code, out]).toEqual([
      1,
      expect.stringContaining(
        'linkway: launchPaperBoat (POST /paper-boats/{paperBoatId}/launch) has no handler: write services/paper-boats/handlers/launch-paper-boat.ts, and name it in services/paper-boats/main.ts\n',
      ),
    ]);
    const launched = async () => {
      const { url, stop } = await startCopy(copy);
      try {
        const boat = await (await fetch(`${url}/paper-boats/pb-1001`, { headers: HAL })).json();
        const { href } = (boat as { _links: Record<string, { href: string }> })._links.launch as {
          href: string;
        };
        const answer = await fetch(url + href, { method: 'POST', headers: HAL });
        return [answer.status, ((await answer.json()) as { type?: string }).type];
      } finally {
        await stop();
      }
    };
    expect(await launched()).toEqual([501, '/problems/not-implemented']);
    const mocked = copy.read('gateway.yaml').replace('  paper-boats:\n', '$&    upstream: mock\n');
    copy.write('gateway.yaml', mocked);
    expect(await launched()).toEqual([200, undefined]);
  }, 600_000);

  it('whose contract came first has a handler when that is asked for, and then not twice', async () => {
    const action = ['new-operation', 'paper-boats', 'launch', '--action'] as const;
    await passes(template(...action, '--to', 'AFLOAT', '--contract-only'));
    const said = await passes(template(...action));
    expect(said).toContain('OPEN offers launch, and AFLOAT follows.');
    await npm('run', 'check:handlers');
    await npm('test', '--', 'test/services/paper-boats/launch');
    expect((await template(...action)).out).toContain('launch is the name of something else');
  }, 600_000);

  it('has an action that leaves the state as it is, whose test passes', async () => {
    await passes(
      template('new-operation', 'paper-boats', 'remind', '--action', '--from', 'OPEN', '--to', 'OPEN'),
    );
    await npm('test', '--', 'test/services/paper-boats/remind');
  }, 600_000);
});
