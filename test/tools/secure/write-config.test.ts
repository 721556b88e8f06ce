/** The configuration of `npm run start:secure`. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { configFile } from '../../../src/config/yaml/gateway-yaml.ts';
import { readDemoUsers } from '../../../src/tools/secure/demo-users.ts';
import { writeSecureConfig } from '../../../src/tools/secure/write-config.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secure-'));
});
afterEach(() => rm(folder, { recursive: true }));

const reference = (name: string): string => ['$', '{', name, '}'].join('');

const ISSUER = 'http://127.0.0.1:9000';
const OAUTH = {
  components: {
    securitySchemes: {
      oauth: { type: 'oauth2', flows: { authorizationCode: {}, clientCredentials: {}, implicit: {} } },
      key: { type: 'apiKey' },
    },
  },
};

async function write(services: object, documents: Record<string, object>): Promise<string> {
  for (const [name, document] of Object.entries(documents))
    await writeFile(join(folder, name), stringify(document));
  const source = join(folder, 'gateway.yaml');
  await writeFile(source, `# About npm start.\n${stringify({ services })}`);
  return writeSecureConfig({
    source,
    folder: join(folder, 'data', 'secure'),
    issuer: ISSUER,
    scopes: ['a:read'],
  });
}

describe('The configuration of a closed system', () => {
  it('Has the services, an overlay for each document with OAuth, and references instead of secrets', async () => {
    const path = await write(
      {
        shop: { document: 'shop.yaml', overlays: ['own.yaml'], url: 'http://127.0.0.1:1' },
        plain: { document: 'plain.yaml', url: 'http://127.0.0.1:2' },
        far: { document: 'https://far.example/openapi.json', url: 'http://127.0.0.1:3' },
      },
      { 'shop.yaml': OAUTH, 'plain.yaml': {} },
    );
    const text = await readFile(path, 'utf8');
    expect(text).toMatch(/^# Written by `npm run start:secure`/);
    expect(text).not.toContain('About npm start');
    const { services, authentication } = parse(text);
    expect(services.shop).toMatchObject({
      document: '../../shop.yaml',
      overlays: ['../../own.yaml', 'shop.overlay.yaml'],
    });
    expect(services.plain).not.toHaveProperty('overlays');
    expect(services.far.document).toBe('https://far.example/openapi.json');
    expect(authentication).toMatchObject({
      enforce: 'on',
      schemes: { oauth: { issuer: ISSUER } },
      signingKey: reference('IDENTITY_KEY'),
      browser: { scheme: 'oauth', cookieKey: reference('COOKIE_KEY'), scopes: ['a:read'] },
    });
    const overlay = parse(await readFile(join(folder, 'data', 'secure', 'shop.overlay.yaml'), 'utf8'));
    expect(overlay.actions).toEqual([
      {
        target: '$.components.securitySchemes["oauth"].flows.authorizationCode',
        update: { authorizationUrl: `${ISSUER}/auth`, tokenUrl: `${ISSUER}/token` },
      },
      {
        target: '$.components.securitySchemes["oauth"].flows.clientCredentials',
        update: { tokenUrl: `${ISSUER}/token` },
      },
    ]);
  });

  it('Is valid for a gateway', async () => {
    const path = await write(
      { shop: { document: 'shop.yaml', url: 'http://127.0.0.1:1' } },
      { 'shop.yaml': OAUTH },
    );
    const key = 'x'.repeat(32);
    const file = configFile(path, { env: { IDENTITY_KEY: key, COOKIE_KEY: key } });
    expect(file.parse(file.text()).authentication?.browser?.cookieKey).toBe(key);
  });

  it('Is not written without a document with OAuth, and says so', async () => {
    await expect(write({ plain: { document: 'plain.yaml' } }, { 'plain.yaml': {} })).rejects.toThrow(
      'has a security scheme of the type oauth2',
    );
    await expect(write([], {})).rejects.toThrow('has no services');
  });
});

describe('The people of the demo', () => {
  it('Are read from the file of this project', async () => {
    expect(Object.keys(await readDemoUsers('services/demo-users.yaml'))).toEqual(['anna', 'kira', 'max']);
  });

  it.each([
    ['no people', '{}', /at least one person/],
    ['a name for another place', '{ "a/b": { name: A, about: b, scopes: [] } }', /lower-case letters/],
    ['no scopes', '{ a: { name: A, about: b } }', /a\.scopes/],
  ])('Are refused with %s', async (_, text, message) => {
    const file = join(folder, 'people.yaml');
    await writeFile(file, text);
    await expect(readDemoUsers(file)).rejects.toThrow(message);
  });
});
