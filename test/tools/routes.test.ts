/** `linkway routes`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { routes } from '../../src/tools/routes.ts';

const get = (operationId: string, security?: object[]) => ({
  get: { operationId, responses: {}, ...(security && { security }) },
});
const paths = {
  '/a': get('plain', [{ oauth: ['read', 'write'] }]),
  '/b': get('either', [{ oauth: [], key: [] }, { key: [] }]),
  '/c': get('open', []),
  '/d': get('optional', [{}, { key: [] }]),
  '/e': get('unverifiable', [{ staff: [] }]),
  '/f': get('undeclared'),
};
const securitySchemes = {
  oauth: { type: 'oauth2', flows: {} },
  key: { type: 'apiKey', in: 'header', name: 'X-Key' },
  staff: { type: 'http', scheme: 'basic' },
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'linkway-'));
  const document = {
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    paths,
    components: { securitySchemes },
  };
  writeFileSync(join(folder, 'a.json'), JSON.stringify(document));
});
afterAll(() => rmSync(folder, { recursive: true }));

const routesOf = async (authentication: string): Promise<string[][]> => {
  const file = join(folder, 'gateway.yaml');
  writeFileSync(file, `services: { a: { document: a.json, url: "http://localhost:1" } }\n${authentication}`);
  const { lines } = await routes.run([file]);
  return lines.map((line) => line.split(/ {2,}/).slice(3));
};

const SCHEMES = 'schemes: { oauth: { issuer: "https://a.example", audience: a }, key: { keysFile: k.yaml } }';

it('Each operation is listed with what it requires and what the gateway does about it', async () => {
  expect(await routesOf(`authentication: { ${SCHEMES} }`)).toEqual([
    ['plain', 'oauth: read write', 'enforced'],
    ['either', '(oauth and key) or key', 'enforced'],
    ['open', 'nothing'],
    ['optional', 'nothing or key'],
    ['unverifiable', 'staff', 'always 503: cannot be verified'],
    ['undeclared', 'nothing'],
  ]);
});

it.each([
  ['', 'not enforced'],
  [`authentication: { enforce: observe, ${SCHEMES} }`, 'observed'],
])('With %j, operations that require credentials are %s', async (authentication, text) => {
  const listed = new Map(
    (await routesOf(authentication)).map(([id = '', , enforcement]) => [id, enforcement]),
  );
  expect(listed.get('plain')).toBe(text);
  expect(listed.get('unverifiable')).toBe(text);
  expect(listed.get('open')).toBeUndefined();
});

it('With `anonymous: refuse`, an operation without security requires any credentials', async () => {
  const listed = await routesOf(`authentication: { anonymous: refuse, ${SCHEMES} }`);
  expect(listed.at(-1)).toEqual(['undeclared', 'any credentials', 'enforced']);
  expect(listed[2]).toEqual(['open', 'nothing']);
});
