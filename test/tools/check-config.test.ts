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
      'gateway.yaml: 1 faults',
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
