/** Both quickstarts, command by command in a copy of the project, and the response in the README. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import request from 'supertest';
import { blocksOf, missingIn, PageSession } from '../support/page-session.ts';
import { copyProject, describeInCopy, type ProjectCopy, passes } from '../support/project-copy.ts';
import { itSamples } from '../support/samples.ts';
import { startSystem } from '../support/system.ts';

const page = (path: string) => blocksOf(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));

describeInCopy(
  'The quickstart',
  () => {
    let copy: ProjectCopy;
    let session: PageSession | undefined;
    beforeEach(() => {
      copy = copyProject();
    }, 60_000);
    afterEach(async () => {
      await session?.close();
      copy.remove();
    });

    it('for users of the gateway works as printed', async () => {
      const blocks = page('docs/quickstart-gateway.md');
      session = new PageSession(copy, { awaitsReload: true });
      await session.play(blocks);
      const kinds = new Set(blocks.filter(({ file }) => file === undefined).map(({ kind }) => kind));
      expect(kinds.isSupersetOf(new Set(['sh', 'console']))).toBe(true);
    }, 120_000);

    it('for authors of services works as printed', async () => {
      // A clone may have a service of this name.
      if (copy.services().includes('bookings'))
        await passes(copy.run('npm', 'run', 'remove:service', '--', 'bookings'));
      const blocks = page('docs/quickstart-service.md');
      session = new PageSession(copy);
      await session.play(blocks);
      expect(new Set(blocks.map(({ kind }) => kind))).toEqual(new Set(['sh', 'console']));
    }, 300_000);
  },
  'curl',
);

itSamples(
  'The README shows a real response of the samples',
  async () => {
    const session = page('README.md').find(({ kind }) => kind === 'console')?.body ?? '';
    const [, path = '', shown = ''] =
      /^\$ curl -s 'http:\/\/localhost:8080(\S+)' \| jq\n([\s\S]*)$/.exec(session) ?? [];
    const system = await startSystem();
    try {
      const { text } = await request(system.url).get(path).expect(200);
      // jq changes only white space.
      const plain = (json: string) => json.replaceAll(/\s/g, '');
      // An omitted part has no comma.
      expect(missingIn(plain(text), plain(shown).replaceAll(/,?…,?/g, '…'))).toBeUndefined();
      expect(shown.length).toBeGreaterThan(100);
    } finally {
      await system.close();
    }
  },
  60_000,
);
