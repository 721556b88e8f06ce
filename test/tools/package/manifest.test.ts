import { describe, expect, it } from '@jest/globals';
import { manifestOf, packagesIn } from '../../../src/tools/package/manifest.ts';
import { readmeOf } from '../../../src/tools/package/readme.ts';

const PROJECT = {
  name: 'linkway',
  version: '1.2.3',
  description: 'd',
  license: 'MIT',
  dependencies: { express: '^5.0.0', '@a/b': '^1.0.0', pg: '^8.0.0' },
};

describe('The packages that a module imports', () => {
  it.each([
    ["import express from 'express';", ['express']],
    ["import 'express';", ['express']],
    ["export { a } from '@a/b/c.js';", ['@a/b']],
    ["import x from 'ajv/dist/2020.js';", ['ajv']],
    ["const { a } = await import('@redis/client');", ['@redis/client']],
    ["const { a } = (await import('@redis/client')).x;", ['@redis/client']],
    ["const file = import.meta.resolve('idiomorph');", ['idiomorph']],
    ["import { a } from './a.js';\nimport { b } from '../b.js';", []],
    ["import { readFileSync } from 'node:fs';", []],
    ["/**\n * `import { a } from 'linkway'`\n */", []],
    ['const text = `from a package`;', []],
  ])('are found in %j', (text, names) => {
    expect(packagesIn(text)).toEqual(names);
  });
});

describe('The manifest of the package', () => {
  it('has only the dependencies that are imported, and those that are bundled', () => {
    const { dependencies, bundleDependencies } = manifestOf(PROJECT, new Set(['express', '@a/b']), {
      '@a/b': '1.5.0',
    });
    expect(dependencies).toEqual({ express: '^5.0.0', '@a/b': '1.5.0' });
    expect(bundleDependencies).toEqual(['@a/b']);
  });

  it('is refused when a module imports what is there for development only', () => {
    expect(() => manifestOf(PROJECT, new Set(['express', 'jest']), {})).toThrow(/^jest: /);
  });

  it('cannot be published by accident', () => {
    expect(manifestOf(PROJECT, new Set(), {}).private).toBe(true);
  });
});

describe('The README of the package', () => {
  it('has no links to pages that the package does not have', () => {
    expect(readmeOf('# Page\n\nSee [the log](log.md#a), [`x`](../x) and [b](https://b.example).\n')).toBe(
      '# linkway\n\nSee the log, `x` and [b](https://b.example).\n',
    );
  });
});
