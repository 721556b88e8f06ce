/** `docs/tutorial.md`, command by command and change by change, in a copy of the project. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { blocksOf, PageSession } from '../support/page-session.ts';
import { copyProject, describeInCopy, type ProjectCopy, passes } from '../support/project-copy.ts';
import { describeSamples } from '../support/samples.ts';

const text = readFileSync(new URL('../../docs/tutorial.md', import.meta.url), 'utf8');
const blocks = blocksOf(text);

describeSamples('With the samples:', () => {
  describeInCopy(
    'The tutorial',
    () => {
      let copy: ProjectCopy;
      let session: PageSession;
      beforeEach(async () => {
        copy = copyProject();
        session = new PageSession(copy);
        // A clone that followed the tutorial already has the service.
        if (copy.services().includes('invoices'))
          await passes(copy.run('npm', 'run', 'remove:service', '--', 'invoices'));
      }, 60_000);
      afterEach(async () => {
        await session.close();
        copy.remove();
      });

      it('works as printed', async () => {
        await session.play(blocks);
        expect(new Set(blocks.map(({ kind }) => kind))).toEqual(new Set(['sh', 'console', 'diff']));
      }, 240_000);
    },
    'curl',
  );
});
