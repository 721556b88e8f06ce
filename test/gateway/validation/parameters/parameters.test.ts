import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { document, startGateway } from '../../../support/gateway.ts';

const strings = { type: 'array', items: { type: 'string', maxLength: 5 } };
const integers = { type: 'array', items: { type: 'integer' } };

const color = {
  type: 'object',
  required: ['R'],
  properties: { R: { type: 'integer', maximum: 255 }, G: { type: 'integer' } },
};

const query = (name: string, schema: object, more = {}) => ({ name, in: 'query', schema, ...more });

const PARAMETERS: Record<string, object[]> = {
  '/lists': [
    query('words', strings, { explode: false }),
    query('ids', integers, { explode: false }),
    query('spaced', strings, { style: 'spaceDelimited', explode: false }),
    query('piped', strings, { style: 'pipeDelimited', explode: false }),
    query('many', integers),
  ],
  '/deep': [
    query(
      'filter',
      {
        type: 'object',
        required: ['state'],
        additionalProperties: false,
        properties: {
          state: { type: 'string', enum: ['open', 'done'] },
          price: { type: 'object', properties: { max: { type: 'number' } } },
          tags: { type: 'array', items: { type: 'string' }, minItems: 1 },
        },
      },
      { style: 'deepObject' },
    ),
  ],
  '/closed': [query('color', { ...color, additionalProperties: false }), query('page', { type: 'integer' })],
  '/open': [
    query('color', { ...color, additionalProperties: { type: 'integer' } }),
    query('page', { type: 'integer' }),
  ],
  '/reserved': [
    query('at', { type: 'string', pattern: '^/.+:.+@' }, { allowReserved: true }),
    query('flag', { type: 'boolean' }, { allowEmptyValue: true }),
    query('ratio', { type: 'number' }),
    { name: 'plain', in: 'query', content: { 'text/plain': { schema: { type: 'string', minLength: 3 } } } },
  ],
  '/json': [
    {
      name: 'filter',
      in: 'query',
      content: {
        'application/json': { schema: { type: 'object', properties: { code: { type: 'string' } } } },
      },
    },
    { name: 'ids', in: 'query', content: { 'application/json': { schema: integers } } },
    { name: 'page', in: 'query', schema: { type: 'integer' } },
  ],
  '/cookies': [
    { name: 'session', in: 'cookie', required: true, schema: { type: 'string', format: 'uuid' } },
    { name: 'ids', in: 'cookie', explode: false, schema: integers },
  ],
  '/headers': [
    { name: 'X-Ids', in: 'header', schema: integers },
    { name: 'X-Color', in: 'header', explode: true, schema: color },
    {
      name: 'X-Json',
      in: 'header',
      content: { 'application/json': { schema: { properties: { code: { type: 'string' } } } } },
    },
    { name: 'Authorization', in: 'header', required: true, schema: { type: 'integer' } },
  ],
  '/path/{words}': [{ name: 'words', in: 'path', required: true, schema: strings }],
  '/whole/form': [
    {
      name: 'all',
      in: 'querystring',
      required: true,
      content: { 'application/x-www-form-urlencoded': { schema: { ...color, additionalProperties: false } } },
    },
  ],
  '/whole/json': [{ name: 'all', in: 'querystring', content: { 'application/json': { schema: color } } }],
};

const SESSION = 'session=6d0bd4b5-2ec6-4f0e-8b0e-7d0d3b1b9c1f';

const paths = Object.fromEntries(
  Object.entries(PARAMETERS).map(([path, parameters]) => [path, { get: { parameters } }]),
);

const ask = async (target: string, headers: Record<string, string> = {}) => {
  const { url, services } = await startGateway({ shop: document(paths) });
  const { body, status } = await request(url).get(target).set(headers);
  const pointers = (body.errors ?? []).map((fault: { pointer: string }) => fault.pointer);
  return { status, pointers, sent: services.shop?.requests.map((one) => one.url) };
};

describe('A query', () => {
  it.each<[string, string[]]>([
    ['/lists?words=a,b&ids=1,2&many=1&many=2', []],
    ['/lists?words=a%2Cb', []],
    // Six characters, as one value and as two values of which none is too long.
    ['/lists?words=aaa%2Cbb', []],
    ['/lists?words=aaa%2Cbb,c', ['#/words/0']],
    ['/lists?ids=1%2C2', []],
    ['/lists?ids=1%2Cx', ['#/ids/0']],
    ['/lists?many=1&many=0x2', ['#/many/1']],
    ['/lists?spaced=aaa%20bbb&piped=aaa%7Cbbb', []],
    ['/lists?spaced=aaa+bbb&piped=aaaaaa|b', ['#/piped/0']],
    ['/deep?filter[state]=open&filter%5Bprice%5D%5Bmax%5D=5', []],
    ['/deep?filter[state]=open&filter[tags]=a', []],
    ['/deep?filter[state]=open&filter[tags][]=a&filter[tags][]=b', []],
    ['/deep?filter[state]=lost', ['#/filter/state']],
    ['/deep?filter[price][max]=x', ['#/filter/state', '#/filter/price/max']],
    ['/deep?filter[state]=open&filter[__proto__][x]=1', ['#/filter/__proto__']],
    ['/deep', []],
    ['/closed?R=1&G=2&page=3', []],
    ['/closed?R=256&G=x', ['#/R', '#/G']],
    ['/closed?G=2', ['#/R']],
    ['/closed?R=1&B=2', ['#/B']],
    ['/open?R=1&B=2&page=1', []],
    ['/open?R=1&B=x', ['#/B']],
    ['/reserved?at=/a:b@c?d', []],
    ['/reserved?flag', []],
    ['/reserved?flag=', []],
    ['/reserved?flag=maybe', ['#/flag']],
    ['/reserved?ratio=', ['#/ratio']],
    ['/reserved?ratio=Infinity', ['#/ratio']],
    ['/reserved?plain=ab', ['#/plain']],
    ['/reserved?plain=%7B%22x', []],
    ['/json?filter={%22code%22:%221%22}&ids=[1,2]&page=1', []],
    ['/json?filter={%22code%22:1}&ids=[%221%22]&page=x', ['#/page', '#/filter/code', '#/ids/0']],
    ['/json?ids=1', ['#/ids']],
    ['/json?filter=', ['#/filter']],
    ['/whole/form?R=1', []],
    ['/whole/form?G=1', ['#/R']],
    ['/whole/form', ['#']],
    ['/whole/json?%7B%22R%22%3A1%7D', []],
    ['/whole/json?%7B%22R%22%3A999%7D', ['#/R']],
    ['/whole/json?R=1', ['#']],
    ['/path/a,b', []],
    ['/path/aaa%2Cbbbb,c', ['#/words/0']],
  ])('%s', async (target, faults) => {
    const { status, pointers, sent } = await ask(target);
    expect(pointers).toEqual(faults);
    expect([status, sent]).toEqual(faults.length === 0 ? [200, [target]] : [400, []]);
  });
});

describe('Cookies', () => {
  it.each<[string | undefined, string[]]>([
    [`${SESSION}; other=1`, []],
    [`other=1; ${SESSION}; ids=1,2`, []],
    [`${SESSION}; ids=1,x`, ['#/ids/1']],
    ['session=x', ['#/session']],
    ['other="', ['#/session']],
    [undefined, ['#/session']],
  ])('%s', async (cookie, faults) => {
    expect((await ask('/cookies', cookie === undefined ? {} : { cookie })).pointers).toEqual(faults);
  });

  it('are rejected with 400 for invalid percent-encoding in a declared one', async () => {
    expect((await ask('/cookies', { cookie: 'session=%zz' })).status).toBe(400);
    expect((await ask('/cookies', { cookie: `${SESSION}; other=%zz` })).status).toBe(200);
  });
});

describe('Headers', () => {
  it.each<[Record<string, string>, string[]]>([
    [{ 'X-Ids': '1,2', 'X-Color': 'R=1,G=2' }, []],
    [{ 'X-Ids': '1,%32' }, ['#/x-ids/1']],
    [{ 'X-Color': 'G=2' }, ['#/x-color/R']],
    [{ 'X-Json': '{"code":"1"}' }, []],
    [{ 'X-Json': '{"code":1}' }, ['#/x-json/code']],
  ])('%j', async (headers, faults) => {
    expect((await ask('/headers', headers)).pointers).toEqual(faults);
  });
});
