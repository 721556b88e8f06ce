/** The first things that newcomers read and run refer to existing files. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const placeOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const read = (path: string): string => readFileSync(placeOf(path), 'utf8');

describe('The debug configurations', () => {
  const { configurations } = JSON.parse(read('.vscode/launch.json')) as {
    configurations: { name: string; program: string; runtimeExecutable: string }[];
  };

  it.each(configurations.map((one) => [one.name, one] as const))('refer to existing files: %s', (_, one) => {
    for (const path of [one.program, one.runtimeExecutable]) {
      expect(path).toMatch(/^\$\{workspaceFolder\}\//);
      expect([path, existsSync(placeOf(path.slice(path.indexOf('/') + 1)))]).toEqual([path, true]);
    }
  });
});

describe('CONTRIBUTING.md', () => {
  const text = read('CONTRIBUTING.md');

  it('refers to existing scripts, files and folders', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name as string);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
    const places = [...text.matchAll(/`((?:src|test|\.ci)\/[\w./-]+)`/g)].map(([, path]) => path as string);
    expect(places.filter((path) => !existsSync(placeOf(path)))).toEqual([]);
    expect([named.length, places.length].every((count) => count > 2)).toBe(true);
  });

  it('has the length of a page', () => {
    expect(text.split(/\s+/).length).toBeLessThan(500);
  });
});
