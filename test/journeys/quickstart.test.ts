/** Both quickstarts, command by command, in a copy of the project. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { blocksOf, PageSession } from '../support/page-session.ts';
import { copyProject, describeInCopy, type ProjectCopy, passes } from '../support/project-copy.ts';

const page = (name: string) =>
  blocksOf(readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8'));

describeInCopy(
  'the quickstart',
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

    it('for users of the gateway can be typed as it stands', async () => {
      const blocks = page('quickstart-gateway');
      session = new PageSession(copy, { awaitsReload: true });
      await session.play(blocks);
      const kinds = new Set(blocks.filter(({ file }) => file === undefined).map(({ kind }) => kind));
      expect(kinds.isSupersetOf(new Set(['sh', 'console']))).toBe(true);
    }, 120_000);

    it('for authors of services can be typed as it stands', async () => {
      // A clone may have a service of this name.
      if (copy.services().includes('bookings'))
        await passes(copy.run('npm', 'run', 'remove:service', '--', 'bookings'));
      const blocks = page('quickstart-service');
      session = new PageSession(copy);
      await session.play(blocks);
      expect(new Set(blocks.map(({ kind }) => kind))).toEqual(new Set(['sh', 'console']));
    }, 240_000);
  },
  'curl',
);
