import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { diff } from '../../src/tools/diff.ts';

const ok = { responses: { 200: { description: '' } } };

const shop = (version: string, ...paths: string[]) =>
  JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Shop', version },
    paths: Object.fromEntries(paths.map((path) => [path, { get: ok }])),
  });

describe('linkway diff', () => {
  let folder: string;
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linkway-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('fails for a breaking change without a new major version, with the remedy', async () => {
    const old = file('old.json', shop('1.4.0', '/a', '/b'));
    const broken = await diff.run([old, file('new.json', shop('1.5.0', '/a', '/c'))]);
    expect(broken.isGood).toBe(false);
    expect(broken.lines).toEqual([
      expect.stringMatching(/new\.json: 1\.4\.0 to 1\.5\.0, 1 breaking, 1 adding$/),
      '  breaking: GET /b was removed (#/paths/~1b/get)',
      '  adding: GET /c is new (#/paths/~1c/get)',
      expect.stringContaining('new major version'),
    ]);
    expect((await diff.run([old, file('major.json', shop('2.0.0', '/a'))])).isGood).toBe(true);
    expect((await diff.run([old, file('more.json', shop('1.4.0', '/a', '/b', '/c'))])).isGood).toBe(true);
  });

  it('prints only what breaks clients when it is quiet', async () => {
    const quiet = { isQuiet: true };
    const old = file('old.json', shop('1.4.0', '/a', '/b'));
    const broken = await diff.run([old, file('new.json', shop('1.5.0', '/a', '/c'))], quiet);
    expect(broken.isGood).toBe(false);
    expect(broken.lines).toEqual([
      expect.stringMatching(/new\.json: 1\.4\.0 to 1\.5\.0, 1 breaking$/),
      '  breaking: GET /b was removed (#/paths/~1b/get)',
      expect.stringContaining('new major version'),
    ]);
    for (const good of [shop('2.0.0', '/a'), shop('1.4.0', '/a', '/b', '/c')])
      expect(await diff.run([old, file('good.json', good)], quiet)).toMatchObject({
        isGood: true,
        lines: [],
      });
  });

  it('finds no difference between a document in OpenAPI 3.0 and in 3.1', async () => {
    const of = (openapi: string, schema: object) =>
      JSON.stringify({
        openapi,
        info: { title: 'Shop', version: '1.0.0' },
        paths: { '/a': { get: { parameters: [{ name: 'q', in: 'query', schema }], responses: {} } } },
      });
    const old = file('30.json', of('3.0.3', { type: 'string', nullable: true }));
    const now = file('31.json', of('3.1.0', { type: ['string', 'null'] }));
    expect((await diff.run([old, now])).json).toMatchObject([{ changes: [] }]);
    // The parameter is compared: a narrower one is reported.
    const less = file('less.json', of('3.1.0', { type: 'string' }));
    expect((await diff.run([old, less])).json).toMatchObject([
      { changes: [{ kind: 'breaking', pointer: expect.stringContaining('/parameters/0') }] },
    ]);
  });

  it('compares only documents that are in both folders', async () => {
    file('released/a.yaml', shop('1.0.0', '/a'));
    file('released/gone.yaml', shop('1.0.0', '/gone'));
    file('present/a.yaml', shop('1.0.0', '/a'));
    file('present/new.yaml', shop('1.0.0', '/new'));
    const { lines } = await diff.run([join(folder, 'released'), join(folder, 'present')]);
    expect(lines).toEqual([expect.stringMatching(/present\/a\.yaml: 1\.0\.0, no changes$/)]);
  });

  it('explains its arguments', async () => {
    const one = file('one.json', shop('1.0.0'));
    await expect(diff.run([one])).rejects.toThrow(/expected two documents/);
    await expect(diff.run([one, folder])).rejects.toThrow(/one is a folder/);
    await expect(diff.run([one, join(folder, 'nowhere.json')])).rejects.toThrow(/nowhere\.json/);
  });
});
