/** A service gets more operations and resources by commands. */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { copyProject, describeInCopy, type ProjectCopy, passes } from '../../support/project-copy.ts';

const BOATS = 'services/paper-boats';

describeInCopy('A service', () => {
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
  const hasAllLines = (before: string, after: string): boolean => {
    const left = after.split('\n');
    return before.split('\n').every((line) => {
      const at = left.indexOf(line);
      left.splice(0, at + 1);
      return at !== -1;
    });
  };

  it('keeps handwritten code in any format', async () => {
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
      const expected = text.replaceAll(
        /^.*(?:affordances|actions|OPEN): .*\n|^import [\s\S]*?;\n|^export const \w+_STATES .*\n/gm,
        '',
      );
      expect([path, hasAllLines(expected, copy.read(path))]).toEqual([path, true]);
    }
  }, 60_000);

  it('gets no test for a state without a sample, and the output reports it', async () => {
    await passes(template('new-operation', 'paper-boats', 'sink', '--action'));
    const said = await passes(
      template('new-operation', 'paper-boats', 'raise', '--action', '--from', 'SINKED'),
    );
    expect(said).toContain('No sample is in the state SINKED, so no test was generated');
    expect(copy.has('test/services/paper-boats/raise-paper-boat.test.ts')).toBe(false);
  }, 60_000);

  it('warns about a new state that clients of the released version do not know', async () => {
    const noted = 'npm run check:contracts will require a new major version';
    expect(await passes(template('new-operation', 'paper-boats', 'sink', '--action'))).not.toContain(noted);
    copy.write('openapi/released/paper-boats.yaml', copy.read('openapi/paper-boats.yaml'));
    const close = ['new-operation', 'paper-boats', 'shut', '--action', '--to', 'CLOSED'] as const;
    expect(await passes(template(...close))).not.toContain(noted);
    expect(await passes(template('new-operation', 'paper-boats', 'launch', '--action'))).toContain(noted);
    expect((await copy.run('npm', 'run', 'check:contracts')).code).toBe(1);
  }, 60_000);

  it('with a broken contract is reported in one line without proposing another name', async () => {
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
    expect(out).not.toContain('another singular');
  }, 60_000);

  it.each([
    [
      ['new-operation', 'paper-boats', 'close', '--action'],
      'the code of a paper boat already uses the name close',
    ],
    [['new-operation', 'paper-boats', 'update', '--action'], 'already has updatePaperBoat'],
    [['new-operation', 'paper-boats', 'edit', '--action'], 'getPaperBoat already has a link edit'],
    ...['paperBoat', 'store', 'precondition', 'guard', 'transition'].map((name): [string[], string] => [
      ['new-operation', 'paper-boats', name.replace('paperBoat', 'paper-boat'), '--action'],
      `the code of a paper boat already uses the name ${name}; choose another verb`,
    ]),
    [
      ['new-resource', 'paper-boats', 'paper-sails', '--resource', '2nd'],
      "--resource '2nd' is not a valid name",
    ],
    [
      ['new-operation', 'paper-boat', 'launch', '--action'],
      'there is no service paper-boat; did you mean paper-boats?',
    ],
    [['new-operation', 'paper-boats', 'launch', '--action', '--from', 'SUNK'], 'there is no state SUNK'],
    [
      ['new-operation', 'paper-boats', 'launch', '--action', '--to', 'sunk'],
      'sunk is not a valid state name',
    ],
    [['new-operation', 'paper-boats', 'launch'], 'add --action'],
    [['new-operation', 'paper-boats', 'void', '--action'], 'void is a reserved word of JavaScript'],
    [['new-resource', 'paper-boats', 'paper-boats'], 'paper-boat.ts already exists'],
    [['new-resource', 'paper-boats', 'docs'], '/docs is reserved by the gateway'],
  ])('%j is rejected, and nothing is changed', async ([name = '', ...args], message) => {
    const before = copy.read(`${BOATS}/contract.ts`);
    const { code, out } = await template(name, ...args);
    expect([code, out]).toEqual([1, expect.stringContaining(message)]);
    expect(copy.read(`${BOATS}/contract.ts`)).toBe(before);
  });
});
