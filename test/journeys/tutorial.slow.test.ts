/**
 * TUTORIAL.md, command by command and change by change, in a copy of the project. What it shows of an answer must come,
 * in that order; `…` is what it leaves out.
 */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { copyProject, describeInCopy, type ProjectCopy, passes } from '../support/project-copy.ts';
import { describeSamples } from '../support/samples.ts';
import { type Started, startCopy } from '../support/started.ts';

const PUBLIC = 'http://localhost:8080';
/** What makes the copy, and what takes a while and is tried by every other test. */
const DONE_ALREADY = /^(?:git clone|cd|npm ci)\b/;

const text = readFileSync(new URL('../../TUTORIAL.md', import.meta.url), 'utf8');
const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, kind = '', body = '']) => ({
  kind,
  body,
}));

describeSamples('with the samples:', () => {
  describeInCopy(
    'the tutorial',
    () => {
      let copy: ProjectCopy;
      let started: Started | undefined;
      beforeEach(async () => {
        copy = copyProject();
        // Whoever has done it already begins anew.
        if (copy.services().includes('invoices'))
          await passes(copy.run('npm', 'run', 'remove:service', '--', 'invoices'));
      }, 600_000);
      afterEach(async () => {
        await started?.stop();
        copy.remove();
      });

      const type = async (line: string): Promise<void> => {
        if (DONE_ALREADY.test(line)) return;
        if (line !== 'npm start') {
          await passes(copy.run('sh', '-c', line));
          return;
        }
        await started?.stop();
        started = await startCopy(copy);
      };

      const look = async (session: string): Promise<void> => {
        for (const [, command = '', shown = ''] of session.matchAll(/^\$ (.*)\n((?:(?!\$ ).*\n)*)/gm)) {
          const said = await passes(copy.run('sh', '-c', command.replaceAll(PUBLIC, started?.url ?? '')));
          let at = 0;
          for (const part of shown.trim().split('…')) {
            const found = said.indexOf(part, at);
            if (found === -1)
              throw new Error(
                `${command}\n\nhas no\n${part}\nafter\n${said.slice(0, at)}\nin\n${said.slice(at)}`,
              );
            at = found + part.length;
          }
        }
      };

      it('can be typed as it stands', async () => {
        for (const { kind, body } of blocks) {
          if (kind === 'sh') for (const line of body.trim().split('\n')) await type(line);
          else if (kind === 'console') await look(body);
          else {
            copy.write('change.diff', body);
            await passes(copy.run('git', 'apply', 'change.diff'));
            await passes(copy.run('rm', 'change.diff'));
          }
        }
        expect(new Set(blocks.map(({ kind }) => kind))).toEqual(new Set(['sh', 'console', 'diff']));
      }, 600_000);
    },
    'curl',
  );
});
