/** Lists and objects in headers and cookies, as defined by HTTP (RFC 9110 §5.3, §5.6.1). */
import http from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { document, startGateway } from '../../support/gateway.ts';

const LISTS: Readonly<Record<string, object>> = {
  'X-Pages': { type: 'array', items: { type: 'integer' }, minItems: 1 },
  'X-Tags': { type: 'array', items: { type: 'string', enum: ['a', 'b', 'c'] } },
  'X-Rates': { type: 'array', items: { type: 'number', maximum: 9 } },
  'X-Flags': { type: 'array', items: { type: 'boolean' } },
  'X-Codes': { type: 'array', items: { type: 'string', pattern: '^[a-z]{2}$' }, uniqueItems: true },
  'X-Many': {
    anyOf: [
      { type: 'string', maxLength: 1 },
      { type: 'array', items: { enum: ['a', 'b', 'c'] } },
    ],
  },
};
const OBJECT = {
  type: 'object',
  required: ['R'],
  properties: { R: { type: 'integer' }, G: { type: 'integer' } },
  additionalProperties: false,
};

const parameters = [
  ...Object.entries(LISTS).map(([name, schema]) => ({ name, in: 'header', schema })),
  { name: 'X-Color', in: 'header', schema: OBJECT },
  { name: 'X-Colors', in: 'header', explode: true, schema: OBJECT },
  { name: 'ids', in: 'cookie', explode: false, schema: { type: 'array', items: { type: 'integer' } } },
  { name: 'tags', in: 'cookie', schema: { type: 'array', items: { enum: ['a', 'b'] } } },
  { name: 'size', in: 'cookie', schema: { type: 'integer' } },
];
const headers = Object.fromEntries(
  parameters.filter((one) => one.in === 'header').map(({ name, in: _, ...header }) => [name, header]),
);

const start = async () => {
  const paths = {
    '/in': { get: { parameters } },
    '/out': { get: { responses: { 200: { description: 'ok', headers } } } },
  };
  const { url, services } = await startGateway({ a: document(paths) }, { service: 'responses: enforce' });
  const get = (path: string, sent: http.OutgoingHttpHeaders = {}) =>
    new Promise<number>((resolve, reject) => {
      http
        .get(url + path, { headers: sent, agent: false }, (response) => {
          response.resume().on('end', () => resolve(response.statusCode ?? 0));
        })
        .on('error', reject);
    });
  const both = async (name: string, lines: string[]) => {
    if (services.a)
      services.a.respond = (_req, res) => {
        res.setHeader(name, lines).end('ok');
      };
    const taken = [await get('/in', { [name]: lines }), await get('/out')];
    if (services.a) services.a.respond = (_req, res) => res.end('ok');
    return taken;
  };
  return { get, both };
};

describe('A list in a header', () => {
  it.each([
    ['X-Pages', ['1,3,10']],
    ['X-Pages', ['1, 3, 10']],
    ['X-Pages', ['1 ,\t3 , 10']],
    ['X-Pages', ['1', '3', '10']],
    ['X-Pages', ['1,', ', 3']],
    ['X-Tags', ['a, b']],
    ['X-Tags', ['a', 'b, c']],
    ['X-Rates', ['1.5, 2']],
    ['X-Flags', ['true, false', 'true']],
    ['X-Codes', ['ab, cd', 'ef']],
    ['X-Many', ['a']],
    ['X-Many', ['a, b', 'c']],
    ['X-Color', ['R, 100, G, 200']],
    ['X-Color', ['R, 100', 'G, 200']],
    ['X-Colors', ['R=100, G=200']],
    ['X-Colors', ['R=100', 'G=200']],
  ])('%s %j is accepted in requests and responses', async (name, lines) => {
    expect(await (await start()).both(name, lines)).toEqual([200, 200]);
  });

  it.each([
    ['X-Pages', ['1, x']],
    ['X-Pages', ['1', '3.5']],
    ['X-Pages', [', ,']],
    ['X-Tags', ['a b']],
    ['X-Tags', ['a, d']],
    ['X-Rates', ['1, 10']],
    ['X-Flags', ['true, maybe']],
    ['X-Codes', ['ab, ab']],
    ['X-Many', ['a, d']],
    ['X-Color', ['G, 200']],
    ['X-Color', ['R, 100, B, 1']],
    ['X-Colors', ['R=x, G=200']],
  ])('%s %j is rejected in requests and responses', async (name, lines) => {
    expect(await (await start()).both(name, lines)).toEqual([400, 502]);
  });
});

describe('A cookie', () => {
  it.each([
    ['ids=1,2,3', 200],
    ['ids=1, 2, 3', 200],
    ['ids=1,x', 400],
    ['tags=a; tags=b', 200],
    ['tags=a; tags=d', 400],
    // The cookie of the nearest path comes first (RFC 6265 §5.4).
    ['size=1; size=x', 200],
    ['size=x; size=1', 400],
  ])('%s gives %i', async (cookie, status) => {
    expect(await (await start()).get('/in', { Cookie: cookie })).toBe(status);
  });
});
