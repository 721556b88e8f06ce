/** The borders of the folders: who may import whom. A failing test names the file and what it imports. */
import { describe, expect, it } from '@jest/globals';
import { filesBelow, type Import, importsBelow, textOf } from './imports.ts';

/**
 * What each folder of `src/` may import beside itself. `contract` is at the bottom; the two kinds of process, `gateway`
 * and `service`, know nothing of each other; developer tools may use everything, and nothing uses them.
 */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  observability: ['contract', 'config'],
  http: ['contract', 'config', 'observability'],
  config: ['contract', 'http', 'observability'],
  codecs: ['contract', 'config', 'http'],
  storage: ['contract', 'config', 'observability'],
  openapi: ['contract', 'config', 'http', 'codecs'],
  hypermedia: ['contract', 'config', 'http', 'codecs', 'openapi'],
  outbound: ['contract', 'config', 'http', 'codecs', 'observability'],
  gateway: ['contract', 'config', 'http', 'codecs', 'observability', 'openapi', 'hypermedia', 'outbound'],
  service: [
    'contract',
    'config',
    'http',
    'codecs',
    'observability',
    'openapi',
    'hypermedia',
    'outbound',
    'storage',
  ],
};

const imports = importsBelow('src', 'services');
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
        textOf(file).replaceAll(/\/\*\*[\s\S]*?\*\/|\/\/.*$/gm, ''),
      ),
    );
    expect(samples).toEqual([]);
  });

  it.each(Object.entries(LAYERS))('src/%s imports only what stands below it', (folder, allowed) => {
    const broken = imports.filter(({ from, to }) => {
      const other = folderOf(to);
      return folderOf(from) === folder && other !== undefined && other !== folder && !allowed.includes(other);
    });
    expect(show(broken)).toEqual([]);
  });

  it('each folder of src/ has its place in the layers', () => {
    const folders = new Set(filesBelow('src').flatMap((file) => folderOf(file) ?? []));
    expect([...folders].filter((folder) => folder !== 'tools').toSorted()).toEqual(
      Object.keys(LAYERS).toSorted(),
    );
  });

  it('only outbound/ opens connections to services', () => {
    const clients = ['undici', 'node:net', 'node:tls', 'node:https', 'node:http2'];
    const broken = imports.filter(
      ({ from, to }) => clients.includes(to) && folderOf(from) !== 'outbound' && !isTypeImport(from, to),
    );
    const calls = [...filesBelow('src'), ...filesBelow('services')].filter(
      (file) =>
        folderOf(file) !== 'outbound' && /(?<![.\w])fetch\(\s*[`'"]|\bhttps?\.request\(/.test(textOf(file)),
    );
    expect([...show(broken), ...calls]).toEqual([]);
  });

  it('no file of the library or of a service imports from the tests', () => {
    expect(show(imports.filter(({ to }) => to.startsWith('test/')))).toEqual([]);
  });
});

function isTypeImport(file: string, to: string): boolean {
  const text = textOf(file);
  return new RegExp(`import type [^;]*from '${to}'`).test(text);
}
