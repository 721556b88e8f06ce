/** A service gets more operations and resources by commands. */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { copyProject, describeInCopy, type ProjectCopy, passes } from '../../support/project-copy.ts';

const BOATS = 'services/paper-boats';

describeInCopy('a service', () => {
  let copy: ProjectCopy;
  beforeAll(async () => {
    copy = copyProject();
    await passes(template('new-service', 'paper-boats'));
    copy.commit();
  }, 60_000);
  afterEach(() => copy.restore());
  afterAll(() => copy.remove());

  const template = (command: string, ...args: string[]) =>
    copy.run(process.execPath, `src/tools/scaffold/${command}.ts`, ...args);

  /** Whether all lines are still there, in their order. */
  const isKept = (before: string, after: string): boolean => {
    const left = after.split('\n');
    return before.split('\n').every((line) => {
      const at = left.indexOf(line);
      left.splice(0, at + 1);
      return at !== -1;
    });
  };

  it('keeps what somebody wrote by hand, however that looks', async () => {
    const files = ['contract.ts', 'links.ts', 'main.ts', 'paper-boat.ts', 'migrations.ts', 'tables.ts'];
    const written = new Map<string, string>();
    for (const file of files) {
      const path = `${BOATS}/${file}`;
      const text = copy
        .read(path)
        .replaceAll(
          /^( *)(links: \{|actions: \{|return \{|OPEN: \{|id: string;)/gm,
          '$1// Mind   the gap.\n$1$2',
        )
        .replace(
          /operations: \[(.*)\],/,
          (_, names) => `operations: [${names.replaceAll(', ', ',\n   ')},\n  ],`,
        );
      copy.write(path, text);
      written.set(path, text);
    }
    await passes(template('new-operation', 'paper-boats', 'launch', '--action'));
    await passes(template('new-resource', 'paper-boats', 'paper-sails'));
    for (const [path, text] of written) {
      const kept = text.replaceAll(
        /^.*(?:affordances|actions|OPEN): .*\n|^import [\s\S]*?;\n|^export const \w+_STATES .*\n/gm,
        '',
      );
      expect([path, isKept(kept, copy.read(path))]).toEqual([path, true]);
    }
  }, 60_000);

  it('has no test for a state that no sample is in, and says so', async () => {
    await passes(template('new-operation', 'paper-boats', 'sink', '--action'));
    const said = await passes(
      template('new-operation', 'paper-boats', 'raise', '--action', '--from', 'SINKED'),
    );
    expect(said).toContain('No sample is SINKED, so there is no test of it yet');
    expect(copy.has('test/services/paper-boats/raise-paper-boat.test.ts')).toBe(false);
  }, 60_000);

  it('says when callers of what is released may see a state that they do not know', async () => {
    const noted = 'npm run check:contracts will ask for a new major version';
    expect(await passes(template('new-operation', 'paper-boats', 'sink', '--action'))).not.toContain(noted);
    copy.write('openapi/released/paper-boats.yaml', copy.read('openapi/paper-boats.yaml'));
    const close = ['new-operation', 'paper-boats', 'shut', '--action', '--to', 'CLOSED'] as const;
    expect(await passes(template(...close))).not.toContain(noted);
    expect(await passes(template('new-operation', 'paper-boats', 'launch', '--action'))).toContain(noted);
    expect((await copy.run('npm', 'run', 'check:contracts')).code).toBe(1);
  }, 60_000);

  it('with a contract that is broken is named for it in one line, and no other name is proposed', async () => {
    copy.write(`${BOATS}/contract.ts`, `${copy.read(`${BOATS}/contract.ts`)}\nconst = 1;\n`);
    for (const [command, ...args] of [
      ['new-resource', 'paper-boats', 'paper-sails'],
      ['new-service', 'parcels', '--relation', 'paper-boats'],
    ] as const) {
      const { code, out } = await template(command, ...args);
      expect([code, out]).toEqual([
        1,
        expect.stringMatching(/^linkway: services\/paper-boats\/contract\.ts does not load[^\n]*\n$/),
      ]);
    }
    const { code, out } = await template('new-service', 'parcels');
    expect([code, out]).toEqual([1, expect.stringContaining('services/paper-boats/contract.ts')]);
    expect(out).not.toContain('another name');
  }, 60_000);

  it.each([
    [
      ['new-operation', 'paper-boats', 'close', '--action'],
      'close is the name of something else in the code',
    ],
    [['new-operation', 'paper-boats', 'update', '--action'], 'has updatePaperBoat already'],
    [['new-operation', 'paper-boats', 'edit', '--action'], 'getPaperBoat has a link edit already'],
    ...['paper-boat', 'store', 'precondition', 'guard', 'follow'].map((verb): [string[], string] => [
      ['new-operation', 'paper-boats', verb, '--action'],
      'is the name of something else in the code of a paper boat; take another verb',
    ]),
    [['new-resource', 'paper-boats', 'paper-sails', '--resource', '2nd'], "--resource '2nd' is no name"],
    [
      ['new-operation', 'paper-boat', 'launch', '--action'],
      'there is no service paper-boat; is paper-boats meant?',
    ],
    [['new-operation', 'paper-boats', 'launch', '--action', '--from', 'SUNK'], 'there is no state SUNK'],
    [['new-operation', 'paper-boats', 'launch', '--action', '--to', 'sunk'], 'sunk is no name for a state'],
    [['new-operation', 'paper-boats', 'launch'], 'add --action'],
    [['new-operation', 'paper-boats', 'void', '--action'], 'void is a word of the language'],
    [['new-resource', 'paper-boats', 'paper-boats'], 'paper-boat.ts is there already'],
    [['new-resource', 'paper-boats', 'docs'], '/docs is a path of the gateway itself'],
  ])('%j is refused, and nothing is changed', async ([name = '', ...args], message) => {
    const before = copy.read(`${BOATS}/contract.ts`);
    const { code, out } = await template(name, ...args);
    expect([code, out]).toEqual([1, expect.stringContaining(message)]);
    expect(copy.read(`${BOATS}/contract.ts`)).toBe(before);
  });
});
