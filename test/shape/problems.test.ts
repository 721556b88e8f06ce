/** The catalogue of problems has every type, and every type is thrown somewhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { libraryProblems } from '../../src/contract/problems.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const sources = ['src', 'services'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ file: `${folder}/${file}`, text: readFileSync(join(ROOT, folder, file), 'utf8') })),
);
const defined = sources.flatMap(({ file, text }) =>
  [...text.matchAll(/const (\w+) = defineProblem\(\{\s*code: '([^']+)'/g)].map(
    ([, name = '', code = '']) => ({
      file,
      name,
      code,
    }),
  ),
);

describe('Every problem type', () => {
  it('is defined in the expected files, with a unique code', () => {
    const count = sources.flatMap(({ text }) => [...text.matchAll(/(?<!const )defineProblem\(\{/g)]).length;
    expect(defined).toHaveLength(count);
    expect(new Set(defined.map(({ code }) => code)).size).toBe(defined.length);
  });

  it('is listed in the catalogue of the library or in the contract of its service', () => {
    for (const { file, name, code } of defined) {
      if (file.startsWith('src/')) expect([...libraryProblems.keys()]).toContain(code);
      else {
        const lists = [
          ...(sources.find((one) => one.file === file)?.text ?? '').matchAll(/problems: \[([^\]]*)\]/g),
        ];
        expect([name, lists.some(([, list]) => new RegExp(`\\b${name}\\b`).test(list ?? ''))]).toEqual([
          name,
          true,
        ]);
      }
    }
    expect(libraryProblems.size).toBe(defined.filter(({ file }) => file.startsWith('src/')).length);
  });

  it('is thrown somewhere', () => {
    // Mentions other than the catalogue, imports, definitions and the lists of contracts.
    const code = sources
      .filter(({ file }) => file !== 'src/contract/problems.ts')
      .map(({ text }) =>
        text.replaceAll(/^import [^;]*;|const \w+ = defineProblem|problems: \[[^\]]*\]/gm, ''),
      )
      .join('\n');
    const unused = defined.filter(({ name }) => !new RegExp(`\\b${name}\\b`).test(code));
    expect(unused.map((one) => one.code)).toEqual([]);
  });
});
