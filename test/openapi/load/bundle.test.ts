/** Documents that consist of several files. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { readDocument } from '../../../src/gateway/documents/read-document.ts';
import type { DocumentFault } from '../../../src/openapi/load/document-fault.ts';
import { dangling } from '../../support/dangling.ts';
import { startUpstream } from '../../support/upstream.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'linkway-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
};
// biome-ignore lint/suspicious/noExplicitAny: a test reads into documents as deep as it likes
const read = (document: string): Promise<any> =>
  readDocument({ name: 'a', document, overlays: [], paths: {}, prefix: '' });

const pets = (ref: string) => `
openapi: 3.1.0
info: { title: Pets, version: 1.0.0 }
paths:
  /pets: { $ref: ./paths/pets.yaml }
components:
  schemas:
    Owner: { type: object, properties: { pet: { $ref: "${ref}" } } }
`;

it('Several files become one document, with the parts of each file under unique names', async () => {
  write('openapi.yaml', pets('schemas/pet.json#/$defs/Pet'));
  write(
    'paths/pets.yaml',
    `
parameters: [{ $ref: '../parts.yaml#/Limit' }]
get:
  responses:
    200:
      description: Pets
      headers: { X-Total: { $ref: '../parts.yaml#/Total' } }
      content: { application/json: { schema: { $ref: ../schemas/pet.json } } }
    404: { $ref: '../parts.yaml#/NotFound' }
`,
  );
  write(
    'parts.yaml',
    `
Limit: { name: limit, in: query, schema: { type: integer } }
Total: { schema: { type: integer } }
NotFound: { description: None }
`,
  );
  write(
    'schemas/pet.json',
    JSON.stringify({
      type: 'array',
      items: { $ref: '#/$defs/Pet' },
      $defs: {
        Pet: {
          type: 'object',
          properties: {
            mother: { $ref: '#/$defs/Pet' },
            owner: { $ref: '../openapi.yaml#/components/schemas/Owner' },
          },
          example: { $ref: './not-a-reference' },
        },
      },
    }),
  );

  const document = await read(join(folder, 'openapi.yaml'));

  expect(dangling(document)).toEqual([]);
  expect(JSON.stringify(document)).not.toMatch(/\$ref":"[^#.]/);
  const { schemas, pathItems, parameters, headers, responses } = document.components;
  expect(document.paths['/pets']).toEqual({ $ref: '#/components/pathItems/pets' });
  expect(pathItems.pets.parameters).toEqual([{ $ref: '#/components/parameters/Limit' }]);
  expect([Object.keys(parameters), Object.keys(headers), Object.keys(responses)]).toEqual([
    ['Limit'],
    ['Total'],
    ['NotFound'],
  ]);
  expect(schemas.pet.items).toEqual({ $ref: '#/components/schemas/Pet' });
  expect(schemas.Pet.properties).toEqual({
    mother: { $ref: '#/components/schemas/Pet' },
    owner: { $ref: '#/components/schemas/Owner' },
  });
  expect(schemas.Owner.properties.pet).toEqual({ $ref: '#/components/schemas/Pet' });
  expect(schemas.Pet.example).toEqual({ $ref: './not-a-reference' });
});

it('Names and discriminator mappings of different files stay separate', async () => {
  write(
    'a.yaml',
    `
openapi: 3.0.3
info: { title: t, version: 1.0.0 }
paths: {}
components:
  schemas:
    Cat: { type: string }
    Pet:
      oneOf: [{ $ref: cats.yaml#/Cat }]
      discriminator: { propertyName: kind, mapping: { cat: cats.yaml#/Cat, own: Cat } }
`,
  );
  write('cats.yaml', 'Cat: { type: object, nullable: true }');

  const { schemas } = (await read(join(folder, 'a.yaml'))).components;

  expect(schemas.Cat).toEqual({ type: 'string' });
  expect(schemas.External_Cat.type).toEqual(['object', 'null']);
  expect(schemas.Pet.discriminator.mapping).toEqual({ cat: '#/components/schemas/External_Cat', own: 'Cat' });
});

it('References are read from the same server, and from no other', async () => {
  const other = await startUpstream();
  const server = await startUpstream((req, res) => {
    if (req.url === '/v1/a.yaml')
      res.end(`${pets('../pet.yaml#/Pet').replace('./paths/pets.yaml', `${other.url}/x.yaml`)}`);
    else if (req.url === '/pet.yaml') res.end('Pet: { type: object }');
    else res.writeHead(404).end();
  });
  const document = await read(`${server.url}/v1/a.yaml`);
  expect(document.components.schemas.Pet).toEqual({ type: 'object' });
  expect(document.paths['/pets']).toEqual({ $ref: `${other.url}/x.yaml` });
  expect(other.requests).toEqual([]);
  await server.stop();
  await other.stop();
});

it.each([
  ['above the folder', '../secret.json'],
  ['by an encoded way', '%2e%2e/secret.json'],
  ['by its absolute path', 'ABSOLUTE'],
  ['by a URL of a file', 'file://ABSOLUTE'],
  ['by a link that leads out', './link.json'],
  ['in a folder that is a link', './linked/secret.json'],
  ['that is no file', '/dev/zero'],
  ['that is a folder', './folder.json'],
])('A reference is not followed if it is %s', async (_, reference) => {
  const outside = mkdtempSync(join(tmpdir(), 'linkway-'));
  const secret = join(dirname(folder), `secret.json`);
  const absolute = join(outside, 'secret.json');
  for (const file of [secret, absolute]) writeFileSync(file, '{"internal":{"description":"internal-value"}}');
  mkdirSync(join(folder, 'folder.json'));
  symlinkSync(absolute, join(folder, 'link.json'));
  symlinkSync(outside, join(folder, 'linked'));
  write('openapi.yaml', pets(`${reference.replace('ABSOLUTE', absolute)}#/internal`));
  expect(JSON.stringify(await read(join(folder, 'openapi.yaml')))).not.toContain('internal-value');
  rmSync(outside, { recursive: true });
  rmSync(secret);
});

it('Files beside the configuration and symbolic links within the folder are read', async () => {
  write('service/openapi.yaml', pets('../common/pet.json#/Pet'));
  write('data/pet.json', '{"Pet":{"description":"a pet"}}');
  mkdirSync(join(folder, 'common'));
  symlinkSync(join(folder, 'data/pet.json'), join(folder, 'common/pet.json'));
  const service = {
    name: 'a',
    document: join(folder, 'service/openapi.yaml'),
    overlays: [],
    paths: {},
    prefix: '',
  };
  const faults: DocumentFault[] = [];
  const onFault = (fault: DocumentFault) => faults.push(fault);
  expect(JSON.stringify(await readDocument(service, { root: folder }))).toContain('a pet');
  expect(JSON.stringify(await readDocument(service, { onFault }))).not.toContain('a pet');
  expect(faults).toContainEqual({
    pointer: '#',
    reason: expect.stringMatching(/pet\.json: is not read: it is outside/),
  });
});

it('A redirect to another server is not followed', async () => {
  const internal = await startUpstream((_req, res) =>
    res.end('{"internal":{"description":"internal-value"}}'),
  );
  const upstream = await startUpstream((req, res) =>
    req.url === '/leak.json'
      ? res.writeHead(302, { Location: `${internal.url}/x` }).end()
      : req.url === '/doc.yaml'
        ? res.end(pets('./leak.json#/internal'))
        : res.writeHead(404).end(),
  );
  expect(JSON.stringify(await read(`${upstream.url}/doc.yaml`))).not.toContain('internal-value');
  expect(internal.requests).toEqual([]);
  await Promise.all([upstream.stop(), internal.stop()]);
});
