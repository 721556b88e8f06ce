/** Texts that try to block or crash their reader. */

const letters = [...'abcdefghi'];

/** Nested aliases that expand to nine times nine times … nodes. */
const laughs = [
  `a: &a [${Array(9).fill('lol').join(', ')}]`,
  ...letters
    .slice(1)
    .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${letters[index]}`).join(', ')}]`),
].join('\n');

/** Invalid texts for documents, overlays and configurations, by description. */
export const hostileTexts: Readonly<Record<string, string>> = {
  'aliases of aliases': laughs,
  'an alias inside its own anchor': 'x: &x { y: *x }',
  'a list in itself': 'x: &x [ *x, *x ]',
  'a hundred thousand nested lists in JSON': `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
  'a hundred thousand nested objects in JSON': `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
  'a hundred thousand nested lists in YAML': `a: ${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  'lists that are never closed': `a: ${'['.repeat(100_000)}`,
  'blocks within blocks': Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
  'lists on one line': `a:\n  ${'- '.repeat(20_000)}b`,
  'keys that are keys': `${'? '.repeat(20_000)}a`,
  'one key twice among many': `${Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n')}\nk1: 2`,
  'an alias to nothing': 'x: *y',
  'a text that ends too soon': '{"openapi": "3.1.0",',
};

const names = (many: number): number[] => Array.from({ length: many }, (_, index) => index);

/** Schemas that all refer to each other: there are more paths through them than can be followed. */
export const dense = (many: number): Record<string, object> =>
  Object.fromEntries(
    names(many).map((one) => [
      `S${one}`,
      {
        type: 'object',
        properties: Object.fromEntries(
          names(many).map((other) => [`p${other}`, { $ref: `#/components/schemas/S${other}` }]),
        ),
      },
    ]),
  );

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** Each schema contains the next one twice, and the last contains the first. */
const diamonds = (keyword: 'allOf' | 'oneOf' | 'anyOf', many: number): Record<string, object> =>
  Object.fromEntries(
    names(many).map((one) => [
      `S${one}`,
      {
        properties: { [`m${one}`]: { type: 'string' } },
        [keyword]: [ref(`S${(one + 1) % many}`), ref(`S${(one + 1) % many}`)],
      },
    ]),
  );

/** Each schema refers to the next. */
const chain = (many: number): Record<string, object> =>
  Object.fromEntries(
    names(many).map((one) => [`S${one}`, one + 1 < many ? ref(`S${one + 1}`) : { type: 'string' }]),
  );

const using = (schemas: object, links = {}) => ({
  openapi: '3.1.0',
  info: { title: 'hostile', version: '1' },
  paths: {
    '/hostile/{id}': {
      get: {
        operationId: 'getHostile',
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'where', in: 'query', style: 'deepObject', schema: ref('S0') },
        ],
        responses: {
          200: {
            description: 'ok',
            content: { 'application/json': { schema: ref('S0') } },
            links: {
              change: { operationId: 'changeHostile', parameters: { id: '$request.path.id' } },
              ...links,
            },
          },
        },
      },
      post: {
        operationId: 'changeHostile',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        requestBody: { content: { 'application/json': { schema: ref('S0') } } },
        responses: { 200: { description: 'ok' } },
      },
    },
  },
  components: { schemas },
});

/** Valid documents that must be served like any other. */
export const denseDocuments: Readonly<Record<string, object>> = {
  'schemas that all refer to each other': using(dense(12)),
  'a schema that has itself many times': using({
    S0: { type: 'object', properties: Object.fromEntries(names(20).map((one) => [`p${one}`, ref('S0')])) },
  }),
  'allOf, two by two': using(diamonds('allOf', 40)),
  'oneOf, two by two': using(diamonds('oneOf', 40)),
  'anyOf, two by two': using(diamonds('anyOf', 40)),
  'a long row of references': using(chain(5000)),
  'lists of lists': using({
    S0: {
      type: 'object',
      properties: {
        list: { type: 'array', minItems: 1e9, items: { type: 'array', minItems: 1e9, items: ref('S0') } },
      },
    },
  }),
  'links that refer to each other in a circle': {
    ...using({ S0: { type: 'object' } }, { a: { $ref: '#/components/links/A' } }),
    components: {
      schemas: { S0: { type: 'object' } },
      links: { A: { $ref: '#/components/links/B' }, B: { $ref: '#/components/links/A' } },
    },
  },
};
