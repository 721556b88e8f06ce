/** The borders of the house: who may import whom. A broken border names the file and the mend. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const VOCABULARIES = ['contract', 'hypermedia', 'http', 'config', 'storage'];
const HOPS = ['gateway', 'service', 'outbound'];

interface Import {
  /** Path of the importing file from the root. */
  readonly from: string;
  /** Path from the root, or the name of a package. */
  readonly to: string;
}

const filesBelow = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));

const importsOf = (file: string): Import[] => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, to = '']) => ({
    from: file,
    to: to.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), to)) : to,
  }));
};

const imports = [...filesBelow('src'), ...filesBelow('services')].flatMap(importsOf);
const folderOf = (path: string) => /^src\/([^/]+)\//.exec(path)?.[1];
const serviceOf = (path: string) => /^services\/([^/]+)\//.exec(path)?.[1];
const show = (broken: readonly Import[]) => broken.map(({ from, to }) => `${from} imports ${to}`);

describe('the borders', () => {
  it('a service imports the one door and the contracts of other services, nothing else outside its folder', () => {
    const broken = imports.filter(({ from, to }) => {
      const own = serviceOf(from);
      if (own === undefined || !/^(src|services|test)\//.test(to)) return false;
      return !(
        to === 'src/index.ts' ||
        to.startsWith(`services/${own}/`) ||
        /^services\/[^/]+\/contract\.ts$/.test(to)
      );
    });
    expect(show(broken)).toEqual([]);
  });

  it('the library knows no service by name, so that it can be taken whole by whoever has other services', () => {
    expect(show(imports.filter(({ from, to }) => !serviceOf(from) && to.startsWith('services/')))).toEqual(
      [],
    );
    const samples = filesBelow('src').filter((file) =>
      /services\/(?:consumers|orders|restaurants)\b/.test(
        readFileSync(join(ROOT, file), 'utf8').replaceAll(/\/\*\*[\s\S]*?\*\/|\/\/.*$/gm, ''),
      ),
    );
    expect(samples).toEqual([]);
  });

  it('a vocabulary imports no hop', () => {
    const broken = imports.filter(
      ({ from, to }) => VOCABULARIES.includes(folderOf(from) ?? '') && HOPS.includes(folderOf(to) ?? ''),
    );
    expect(show(broken)).toEqual([]);
  });

  it('contract/ imports no sibling', () => {
    const broken = imports.filter(
      ({ from, to }) => folderOf(from) === 'contract' && to.startsWith('src/') && folderOf(to) !== 'contract',
    );
    expect(show(broken)).toEqual([]);
  });

  it('the gateway reads documents: it imports no service, and a service no gateway', () => {
    const broken = imports.filter(
      ({ from, to }) =>
        (folderOf(from) === 'gateway' && (to.startsWith('services/') || folderOf(to) === 'service')) ||
        (folderOf(from) === 'service' && folderOf(to) === 'gateway'),
    );
    expect(show(broken)).toEqual([]);
  });

  it('outbound serves every hop and imports none', () => {
    const broken = imports.filter(
      ({ from, to }) => folderOf(from) === 'outbound' && ['gateway', 'service'].includes(folderOf(to) ?? ''),
    );
    expect(show(broken)).toEqual([]);
  });

  it('only outbound/ opens connections to services', () => {
    const clients = ['undici', 'node:net', 'node:tls', 'node:https', 'node:http2'];
    const broken = imports.filter(
      ({ from, to }) => clients.includes(to) && folderOf(from) !== 'outbound' && !isTypeImport(from, to),
    );
    const calls = [...filesBelow('src'), ...filesBelow('services')].filter(
      (file) =>
        folderOf(file) !== 'outbound' &&
        /(?<![.\w])fetch\(\s*[`'"]|\bhttps?\.request\(/.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect([...show(broken), ...calls]).toEqual([]);
  });

  it('no file of the library or of a service imports from the tests', () => {
    expect(show(imports.filter(({ to }) => to.startsWith('test/')))).toEqual([]);
  });
});

function isTypeImport(file: string, to: string): boolean {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return new RegExp(`import type [^;]*from '${to}'`).test(text);
}
