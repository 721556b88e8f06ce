/** The reference pages describe exactly what the code has. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { configTable } from '../../src/config/gateway-schema.ts';
import { settingsTable } from '../../src/config/settings.ts';
import { libraryProblems } from '../../src/contract/problems.ts';
import { RESERVED_SEGMENTS } from '../../src/contract/reserved-paths.ts';
import { formats } from '../../src/hypermedia/formats/index.ts';
import { referencePages } from '../../src/tools/docs.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const reference = (name: string): string => read(`docs/reference/${name}.md`);

/** The cells of all tables with this head of the first column, row by row. */
function table(page: string, head: string): string[][] {
  const tables = reference(page).matchAll(
    new RegExp(`^\\| ${head} +\\|.*\\n\\| -.*\\n((?:\\|.*\\n)*)`, 'gm'),
  );
  return [...tables].flatMap(([, rows = '']) =>
    rows
      .trim()
      .split('\n')
      .map((row) =>
        row
          .slice(1, -1)
          .split(/(?<!\\)\|/)
          .map((cell) => cell.trim().replaceAll('\\|', '|')),
      ),
  );
}

const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

describe('The reference pages', () => {
  it('are up to date with `npm run docs`', () => {
    for (const { path, text } of referencePages()) expect([path, read(path)]).toEqual([path, text]);
  });

  it('have every environment variable, with its default and its meaning', () => {
    expect(table('environment-variables', 'variable')).toEqual(
      settingsTable.map((row) => [code(row.name), code(row.default), row.meaning]),
    );
  });

  it('have every key of gateway.yaml, with its default and its meaning', () => {
    const rows = configTable().map((row) => [code(row.key), code(row.default), row.meaning]);
    expect(table('configuration', 'key').toSorted()).toEqual(rows.toSorted());
  });

  it('have every script of package.json, with a sentence', () => {
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
    const rows = table('scripts', 'script');
    const named = rows.map(([row = '']) => /`npm (?:run )?([\w:]+)/.exec(row)?.[1]);
    expect(named.toSorted()).toEqual(scripts.toSorted());
    expect(rows.filter(([, meaning = '']) => !/^[A-Z].*\.$/.test(meaning))).toEqual([]);
  });

  it('have every problem type of the library, with its meaning and its remedy', () => {
    const all = [...libraryProblems.values()];
    expect(table('problems', 'type')).toEqual(
      all.map(({ code: name, status, title }) => [`[${code(name)}](#${name})`, String(status), title]),
    );
    const text = reference('problems');
    for (const { meaning, remedy } of all) for (const part of [meaning, remedy]) expect(text).toContain(part);
  });

  it('have every path of the gateway', () => {
    const [, own = ''] = reference('paths').split('\n## ');
    const rows = own.split('\n').filter((line) => /^\| `\//.test(line));
    const named = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`\/([^/`]*)/g)].map(([, segment = '']) => segment),
    );
    expect([...new Set(named)].toSorted()).toEqual([...RESERVED_SEGMENTS].toSorted());
  });

  it('have every media type of resources', () => {
    expect(table('paths', 'media type').map(([type]) => type)).toEqual(
      formats.map(({ mediaType }) => code(mediaType)),
    );
  });
});
