import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../../src/config/config-error.ts';
import { collectSources, parseOpenApi, readDocument } from '../../../src/gateway/documents/read-document.ts';

describe('A document file', () => {
  it.each([
    'openapi: 3.1.0\npaths: {}',
    '{"openapi":"3.0.3","paths":{}}',
    'openapi: 3.1.0',
    'swagger: "2.0"',
    'openapi: 3.2.0',
  ])('A document is read from %p', (text) => {
    expect(parseOpenApi(text, 'x').openapi).toMatch(/^3/);
  });

  it.each([
    ['{"openapi": "3.1.0",\n "paths": {', /^openapi\/a\.yaml:2:\d+: neither YAML nor JSON: /],
    ['openapi: 3.1.0\n\tpaths: {}', /^openapi\/a\.yaml:2:/],
    ['just text', /found no object$/],
    ['', /found no object$/],
    ['swagger: "1.2"', /expected a version 3\.x or 2\.0, found 1\.2; convert the document$/],
    ['openapi: 3.1.0\npaths: []', /paths: expected an object/],
  ])('An invalid document is rejected in one line: %p', (text, message) => {
    expect(() => parseOpenApi(text, 'openapi/a.yaml')).toThrow(ConfigError);
    expect(() => parseOpenApi(text, 'openapi/a.yaml')).toThrow(message);
    expect(() => parseOpenApi(text, 'openapi/a.yaml')).not.toThrow('\n');
  });

  it('The error for a missing document names its place', async () => {
    const service = { name: 'a', document: '/nowhere/a.yaml', overlays: [], paths: {}, prefix: '' };
    await expect(readDocument(service)).rejects.toThrow(/^\/nowhere\/a\.yaml: cannot be read; /);
  });

  it('Overlays change a document, and actions without a match are reported', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'linkway-'));
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const overlay = (actions: string) =>
      `overlay: 1.0.0\ninfo: { title: t, version: 1.0.0 }\nactions: ${actions}`;
    const service = {
      name: 'a',
      document: file('a.yaml', 'openapi: 3.1.0\npaths: { /a: {} }'),
      overlays: [
        file('1.yaml', overlay(`[{ target: "$.paths['/a']", update: { summary: First } }]`)),
        file(
          '2.yaml',
          overlay(
            '[{ target: "$.paths.b", remove: true }, { target: "$.paths.*", update: { summary: Second } }]',
          ),
        ),
      ],
      paths: { '/a': '/b' },
      prefix: '/c',
    };
    const idle: string[] = [];
    expect(
      (await readDocument(service, { onUnmatchedAction: (message) => idle.push(message) })).paths,
    ).toEqual({
      '/c/b': { summary: 'Second' },
    });
    expect(idle).toEqual([expect.stringMatching(/2\.yaml: \$\.paths\.b matches nothing in .*a\.yaml$/)]);
    const broken = { ...service, overlays: [file('3.yaml', 'overlay: [')] };
    await expect(readDocument(broken)).rejects.toThrow(/3\.yaml:1:\d+: neither YAML nor JSON/);
    await rm(folder, { recursive: true });
  });
});

describe('All texts of a document together', () => {
  it('All texts of a document together have at most 64 MB, and no more is read', async () => {
    const MB = 1024 ** 2;
    const refs = Array.from({ length: 40 }, (_, at) => `"/${at}": { $ref: "./${at}.json" }`);
    const text = `openapi: 3.1.0\npaths: { ${refs.join(', ')} }`;
    const service = { name: 'a', document: 'http://docs/a.json', overlays: [], paths: {}, prefix: '' };
    let bytes = 0;
    const sources = await collectSources(service, async (place, { onBytes }) => {
      onBytes(4 * MB);
      bytes += 4 * MB;
      return { place, text: place === service.document ? text : '{}' };
    });
    expect(bytes).toBe(64 * MB);
    expect(sources.length).toBe(16);
  });
});
