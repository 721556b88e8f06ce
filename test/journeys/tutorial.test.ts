/** The length of the tutorial. `tutorial.slow.test.ts` tests that it works as printed. */
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const WORDS_A_MINUTE = 200;
const text = readFileSync(new URL('../../docs/tutorial.md', import.meta.url), 'utf8');
const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, kind = '', body = '']) => ({
  kind,
  body,
}));

it('The tutorial can be read and typed in a quarter of an hour', () => {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '').split(/\s+/).length;
  const changed = blocks
    .filter(({ kind }) => kind === 'diff')
    .flatMap(({ body }) => body.match(/^\+(?!\+)/gm) ?? []);
  const typed = blocks.filter(({ kind }) => kind !== 'diff').flatMap(({ body }) => body.trim().split('\n'));
  expect(prose / WORDS_A_MINUTE + (changed.length + typed.length) / 6).toBeLessThan(15);
});
