/** The README's tables are held against the code, both ways. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { configTable } from '../../src/config/gateway-schema.ts';
import { settingsTable } from '../../src/config/settings.ts';
import { libraryProblems } from '../../src/contract/problems.ts';
import { RESERVED_SEGMENTS } from '../../src/contract/reserved-paths.ts';
import { hasSamples } from '../support/samples.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The cells of the table whose first column has this head, row by row. */
function table(head: string): string[][] {
  const lines = read('README.md').split('\n');
  const start = lines.findIndex((line) => new RegExp(`^\\| ${head} +\\|`).test(line)) + 2;
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines.slice(start, start + length).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

describe('the README', () => {
  it('has every environment variable, with its default and its meaning', () => {
    expect(table('variable')).toEqual(
      settingsTable.map((row) => [code(row.name), code(row.default), row.meaning]),
    );
  });

  it('has every key of gateway.yaml, with its default and its meaning', () => {
    expect(table('key')).toEqual(configTable().map((row) => [code(row.key), code(row.default), row.meaning]));
  });

  it('has every script that package.json has', () => {
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
    const named = table('script').map(([row = '']) => /`npm (?:run )?([\w:]+)/.exec(row)?.[1]);
    expect(named.toSorted()).toEqual(scripts.toSorted());
  });

  it('has every problem type of the library', () => {
    expect(table('type')).toEqual(
      [...libraryProblems.values()].map(({ code: name, status, title }) => [
        code(name),
        String(status),
        title,
      ]),
    );
  });

  it('has every path that is the gateway’s own', () => {
    const named = table('path').flatMap(([row = '']) =>
      [...row.matchAll(/`\/([^/`]*)/g)].map(([, segment = '']) => segment),
    );
    expect([...new Set(named)].toSorted()).toEqual([...RESERVED_SEGMENTS].toSorted());
  });

  it('names only commands and files that exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const commands = [...read('README.md').matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);
    expect(commands.filter((name) => !(name in scripts))).toEqual([]);
    const paths = [...read('README.md').matchAll(/\]\(((?!http)[^)#]+)(?:#[^)]*)?\)/g)].map(
      ([, path = '']) => path,
    );
    const isThere = (path: string) => existsSync(new URL(`../../${path}`, import.meta.url));
    const ofSamples = /^(?:services|openapi)\//;
    expect(paths.filter((path) => !isThere(path) && (hasSamples || !ofSamples.test(path)))).toEqual([]);
  });
});
