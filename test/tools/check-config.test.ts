/** `linkway check` for a `gateway.yaml`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { check } from '../../src/tools/check.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'linkway-'));
  const get = { operationId: 'listNotes', responses: {} };
  const document = {
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    paths: { '/notes': { get }, '/files': { get: { responses: {} } } },
  };
  writeFileSync(join(folder, 'notes.json'), JSON.stringify(document));
});
afterAll(() => rmSync(folder, { recursive: true }));

const checkRules = async (...rules: string[]) => {
  const file = join(folder, 'gateway.yaml');
  const text = rules.map((rule) => `    - { per: address, quota: 1, window: 1m, ${rule} }\n`).join('');
  writeFileSync(
    file,
    `services:\n  notes: { document: notes.json, url: "http://localhost:1" }\nrateLimits:\n  rules:\n${text}`,
  );
  const { isGood, lines } = await check.run([file]);
  return { isGood, lines: lines.map((line) => line.replaceAll(file, 'gateway.yaml')) };
};

it('A configuration without faults is good', async () => {
  expect(await checkRules('name: a, operations: [listNotes, GET /files], services: [notes]')).toEqual({
    isGood: true,
    lines: ['gateway.yaml: no faults'],
  });
});

it('A rule that names an unknown operation is reported with the nearest name', async () => {
  expect(await checkRules('name: a', 'name: b, operations: [listNotes, listNote]')).toEqual({
    isGood: false,
    lines: [
      'gateway.yaml: 1 fault',
      '  rateLimits.rules.1.operations.1: there is no operation "listNote"; did you mean listNotes?',
    ],
  });
});

it('A rule that names an unknown service is reported with its line', async () => {
  const { isGood, lines } = await checkRules('name: a, services: [note]');
  expect(isGood).toBe(false);
  expect(lines[1]).toBe(
    '  gateway.yaml:5: rateLimits.rules.0.services.0: there is no service "note"; did you mean notes?',
  );
});

it('Faults of files of keys and certificates are reported once, and missing files as warnings, without what is in the files', async () => {
  const file = join(folder, 'gateway.yaml');
  writeFileSync(join(folder, 'keys.yaml'), 'keys:\n  - { name: a, sha256: sk_in-the-wrong-place }\n');
  writeFileSync(join(folder, 'ca.pem'), 'no certificate');
  writeFileSync(
    file,
    `services:\n  notes: { document: notes.json, url: "http://localhost:1" }
authentication: { schemes: { a: { keysFile: keys.yaml }, b: { keysFile: keys.yaml }, c: { keysFile: absent.yaml }, d: { clientCa: ca.pem } } }\n`,
  );
  const { isGood, lines } = await check.run([file]);
  const text = lines.join('\n').replaceAll(folder, '');
  expect(isGood).toBe(false);
  expect(text.match(/\/keys\.yaml:2: keys\.0\.sha256: expected the SHA-256/g)).toHaveLength(1);
  expect(text).toMatch(/warning: .*\/absent\.yaml: cannot be read \(ENOENT\)/);
  expect(text).toContain('/ca.pem');
  expect(text).not.toContain('sk_in-the');
});

const checkText = async (text: string) => {
  const file = join(folder, 'gateway.yaml');
  writeFileSync(file, `services:\n  notes: { document: notes.json, url: "http://localhost:1" }\n${text}`);
  const { isGood, lines } = await check.run([file]);
  return { isGood, lines: lines.map((line) => line.replaceAll(`${folder}/`, '')) };
};

it('A step that names an unknown operation is a fault, because it would never run', async () => {
  expect(await checkText('steps: [{ file: ./a.ts, operations: [listNote] }]')).toEqual({
    isGood: false,
    lines: [
      'gateway.yaml: 1 fault',
      '  steps.0.operations.0: there is no operation "listNote"; did you mean listNotes?',
    ],
  });
});

it('Broken files are faults, and missing ones are warnings, one line for each', async () => {
  writeFileSync(join(folder, 'broken.yaml'), 'keys:\n  - { name: a, sha256: abc }\n  - { nam: b }\n');
  const text = `authentication:
  schemes:
    missing: { keysFile: nowhere.yaml }
    broken: { keysFile: broken.yaml }
  pages: [{ missing: [] }, { broken: [] }]
tls: { certificate: a.crt, key: a.key }`;
  const { isGood, lines } = await checkText(text);
  expect(isGood).toBe(false);
  expect(lines).toEqual([
    'gateway.yaml: 3 faults',
    expect.stringMatching(/^ {2}broken\.yaml:2: keys\.0\.sha256: /),
    expect.stringMatching(/^ {2}broken\.yaml:3: keys\.1\.nam: /),
    expect.stringMatching(/^ {2}broken\.yaml:3: keys\.1\.sha256: /),
    '  warning: nowhere.yaml: cannot be read (ENOENT)',
    '  warning: tls.certificate: a.crt: cannot be read; name a file that exists and that this user may read',
  ]);
});

it('Schemes that no document has are warnings, and names that are used elsewhere are not', async () => {
  writeFileSync(join(folder, 'keys.yaml'), 'keys: []\n');
  const { isGood, lines } = await checkText(`authentication:
  schemes: { unused: { keysFile: keys.yaml }, staff: { keysFile: keys.yaml }, operators: { keysFile: keys.yaml } }
  pages: [{ staff: [] }]
admin: { authentication: [{ operators: [] }] }`);
  expect(isGood).toBe(true);
  expect(lines).toEqual([
    'gateway.yaml: no faults',
    '  warning: authentication.schemes.unused: no document and no page uses it',
  ]);
});

it('A missing audience is reported with an example', async () => {
  const { lines } = await checkText(
    'authentication: { schemes: { oauth: { issuer: "https://a.example" } } }',
  );
  expect(lines[1]).toMatch(
    /oauth\.audience: is missing; name this API as the claim `aud` .*, such as \[orders\]$/,
  );
});
