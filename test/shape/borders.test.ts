/** The allowed imports between folders. A failing test names the file and its import. */
import { describe, expect, it } from '@jest/globals';
import { filesBelow, type Import, importsBelow, textOf } from './imports.ts';

/**
 * The folders that each folder of `src/` may import. `contract` is at the bottom; `gateway` and `service`, the two kinds
 * of process, do not import each other; developer tools may import everything, and nothing imports them.
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
  security: ['contract', 'config', 'http', 'codecs', 'observability', 'openapi', 'outbound'],
  gateway: [
    'contract',
    'config',
    'http',
    'codecs',
    'observability',
    'openapi',
    'hypermedia',
    'outbound',
    'security',
  ],
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
    'security',
  ],
};

const imports = importsBelow('src', 'services');
const folderOf = (path: string) => /^src\/([^/]+)\//.exec(path)?.[1];
const serviceOf = (path: string) => /^services\/([^/]+)\//.exec(path)?.[1];
const show = (broken: readonly Import[]) => broken.map(({ from, to }) => `${from} imports ${to}`);

describe('Imports between folders', () => {
  it('A service imports only the public entry point and the contracts of other services', () => {
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

  it('The library refers to no service by name, so that projects with other services can use it unchanged', () => {
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

  it.each(Object.entries(LAYERS))('src/%s imports only the layers below it', (folder, allowed) => {
    const broken = imports.filter(({ from, to }) => {
      const other = folderOf(to);
      return folderOf(from) === folder && other !== undefined && other !== folder && !allowed.includes(other);
    });
    expect(show(broken)).toEqual([]);
  });

  it('Each folder of src/ belongs to the layers', () => {
    const folders = new Set(filesBelow('src').flatMap((file) => folderOf(file) ?? []));
    expect([...folders].filter((folder) => folder !== 'tools').toSorted()).toEqual(
      Object.keys(LAYERS).toSorted(),
    );
  });

  it('Only outbound/ opens connections to services', () => {
    const clients = ['undici', 'node:net', 'node:tls', 'node:https', 'node:http2'];
    const broken = imports.filter(
      ({ from, to }) =>
        clients.includes(to) &&
        folderOf(from) !== 'outbound' &&
        // Servers accept connections with the same modules.
        !(from.startsWith('src/http/server/') && to !== 'undici') &&
        !isTypeImport(from, to) &&
        !isBlockList(from),
    );
    const calls = [...filesBelow('src'), ...filesBelow('services')].filter(
      (file) =>
        folderOf(file) !== 'outbound' && /(?<![.\w])fetch\(\s*[`'"]|\bhttps?\.request\(/.test(textOf(file)),
    );
    expect([...show(broken), ...calls]).toEqual([]);
  });

  it('No file of the library or of a service imports from the tests', () => {
    expect(show(imports.filter(({ to }) => to.startsWith('test/')))).toEqual([]);
  });
});

/** A list of networks, which opens no connection. */
const isBlockList = (file: string): boolean => textOf(file).includes("import { BlockList } from 'node:net'");

function isTypeImport(file: string, to: string): boolean {
  const text = textOf(file);
  return new RegExp(`import type [^;]*from '${to}'`).test(text);
}
