import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import type { DocumentFault } from '../../../src/openapi/load/document-fault.ts';
import { document, startGateway } from '../../support/gateway.ts';

const schemas = {
  Order: {
    type: 'object',
    required: ['id', 'lines', 'secret'],
    additionalProperties: false,
    properties: {
      id: { type: 'string', format: 'uuid', readOnly: true },
      secret: { type: 'string', writeOnly: true },
      lines: { type: 'array', items: { $ref: '#/components/schemas/Line' } },
    },
  },
  Line: {
    allOf: [{ type: 'object', properties: { no: { $ref: '#/components/schemas/No' } } }],
    required: ['no', 'price'],
    properties: { price: { type: 'number', multipleOf: 0.01 } },
  },
  No: { type: 'integer', readOnly: true },
  Tree: { type: 'array', items: { $ref: '#/components/schemas/Tree' } },
  Contact: {
    type: 'object',
    required: ['name', 'age'],
    additionalProperties: { type: 'string' },
    properties: {
      name: { type: 'string', pattern: '^\\p{Lu}' },
      age: { type: 'integer', minimum: 0 },
      member: { type: 'boolean' },
      tags: { type: 'array', items: { type: 'string', minLength: 2 } },
      ids: { type: 'array', items: { type: 'integer' } },
      address: { type: 'object', required: ['city'], properties: { city: { type: 'string' } } },
      home: { type: 'object', properties: { zip: { type: 'integer' } } },
      id: { type: 'integer', readOnly: true },
    },
  },
};

const ref = (name: string) => ({ schema: { $ref: `#/components/schemas/${name}` } });

const post = (content: object) => ({ post: { requestBody: { required: true, content } } });

const paths = {
  '/orders': post({ 'application/json': ref('Order') }),
  '/trees': post({ 'application/json': ref('Tree') }),
  '/contacts': post({
    'application/x-www-form-urlencoded': {
      ...ref('Contact'),
      encoding: { ids: { style: 'form', explode: false }, home: { contentType: 'application/json' } },
    },
  }),
  '/versions': post({
    'application/json': { schema: { type: 'object', required: ['plain'] } },
    'application/json;v=2': { schema: { type: 'object', required: ['second'] } },
    'application/*+json': { schema: { type: 'object', required: ['suffix'] } },
    'application/*': {},
  }),
  '/charset': post({ 'application/json; charset=utf-8': { schema: { type: 'object' } } }),
  '/parted': post({
    'application/json;v=1': { schema: {} },
    'application/json;v=2': { schema: {} },
  }),
  '/files': post({ 'multipart/form-data': { schema: { type: 'object' } } }),
};

const start = async () => {
  const faults: DocumentFault[] = [];
  const gateway = await startGateway(
    { shop: document(paths, { schemas }) },
    { config: 'limits: { body: 20kb }', onFault: (_service, fault) => faults.push(fault) },
  );
  const upstream = gateway.services.shop;
  if (!upstream) throw new Error('no upstream');
  const bodies: Buffer[] = [];
  upstream.respond = async (req, res) => {
    bodies.push(Buffer.concat(await req.toArray()));
    res.end('ok');
  };
  const send = (path: string, type: string, body: string | Buffer, headers = {}) =>
    request(gateway.url)
      .post(path)
      .set('Content-Type', type)
      .set(headers)
      .serialize((sent) => sent)
      .send(body);
  return { ...gateway, bodies, faults, send };
};

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

const pointersOf = ({ body }: { body: { errors?: { pointer: string }[] } }) =>
  (body.errors ?? []).map(({ pointer }) => pointer);

describe('A readOnly member', () => {
  it('may be sent and may be missing, even if it is required', async () => {
    const { send } = await start();
    const line = { price: 19.99 };
    const order = { secret: 's', lines: [line] };
    expect((await send('/orders', JSON_TYPE, JSON.stringify(order))).status).toBe(200);
    const whole = { ...order, id: '6d0bd4b5-2ec6-4f0e-8b0e-7d0d3b1b9c1f', lines: [{ ...line, no: 1 }] };
    expect((await send('/orders', JSON_TYPE, JSON.stringify(whole))).status).toBe(200);
    expect(pointersOf(await send('/orders', JSON_TYPE, '{"lines":[{"price":0.005}],"id":"x"}'))).toEqual([
      '#/secret',
      '#/id',
      '#/lines/0/price',
    ]);
  });
});

describe('A JSON body', () => {
  it('that is nested too deeply is rejected without harm to the gateway', async () => {
    const { send } = await start();
    const deep = await send('/trees', JSON_TYPE, '['.repeat(10_000) + ']'.repeat(10_000));
    expect([200, 400]).toContain(deep.status);
    expect((await send('/trees', JSON_TYPE, '[[]]')).status).toBe(200);
  });

  it('is checked if it is compressed, and forwarded unchanged', async () => {
    const { send, bodies } = await start();
    const good = gzipSync('{"secret":"s","lines":[]}');
    expect((await send('/orders', JSON_TYPE, good, { 'Content-Encoding': 'gzip' })).status).toBe(200);
    expect(bodies).toEqual([good]);
    const bad = await send('/orders', JSON_TYPE, gzipSync('{"lines":[]}'), { 'Content-Encoding': 'gzip' });
    expect(pointersOf(bad)).toEqual(['#/secret']);
    const bomb = gzipSync(Buffer.alloc(30_000, ' '));
    expect((await send('/orders', JSON_TYPE, bomb, { 'Content-Encoding': 'gzip' })).status).toBe(413);
    expect((await send('/orders', JSON_TYPE, 'rubbish', { 'Content-Encoding': 'br' })).status).toBe(400);
    const unknown = await send('/orders', JSON_TYPE, '{}', { 'Content-Encoding': 'snappy' });
    expect([unknown.status, unknown.headers['accept-encoding']]).toEqual([
      415,
      expect.stringContaining('gzip'),
    ]);
  });
});

describe('A media type', () => {
  it.each([
    [JSON_TYPE, '#/plain'],
    ['application/json; charset=UTF-8', '#/plain'],
    ['Application/JSON; v=2', '#/second'],
    ['application/json; v="2"; charset=utf-8', '#/second'],
    ['application/json; v=3', '#/plain'],
  ])('%s selects the most specific declared type', async (type, pointer) => {
    const { send } = await start();
    expect(pointersOf(await send('/versions', type, '{}'))).toEqual([pointer]);
  });

  it('that only a range covers is not checked', async () => {
    const { send } = await start();
    expect((await send('/versions', 'application/pdf', '{}')).status).toBe(200);
  });

  it.each([
    ['/charset', JSON_TYPE, 200],
    ['/charset', 'application/json; charset=us-ascii', 200],
    ['/charset', 'application/json; charset=utf-16', 415],
    ['/parted', JSON_TYPE, 415],
    ['/parted', 'application/json;v=1', 200],
    ['/parted', 'text', 415],
    ['/parted', ';', 415],
    ['/files', 'multipart/form-data', 400],
    ['/files', 'multipart/form-data; boundary=x', 200],
  ])('at %s %s is %i', async (path, type, status) => {
    const { send } = await start();
    expect((await send(path, type, '{}')).status).toBe(status);
  });

  it('must not be sent twice, because a service might read the other', async () => {
    const { url, services } = await start();
    const response = await fetchRaw(
      url,
      'POST /parted HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json;v=1\r\n' +
        'Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}',
    );
    expect(response).toMatch(/^HTTP\/1.1 400 /);
    expect(services.shop?.requests).toEqual([]);
  });
});

describe('A form', () => {
  it.each([
    ['name=Ada&age=36&member=true&tags=ab&tags=cd&ids=1,2', []],
    ['name=Ada&age=36&tags=ab', []],
    ['name=%C3%89va+B&age=36&address%5Bcity%5D=Rome&address[street]=Via', []],
    ['name=Ada&age=36&home=%7B%22zip%22%3A7%7D&other=x', []],
    ['name=Ada&age=36&home=%7B%22zip%22%3A%227%22%7D', ['#/home/zip']],
    ['name=ada&age=36', ['#/name']],
    ['name=Ada', ['#/age']],
    ['name=Ada&age=x&member=2&tags=a', ['#/age', '#/member', '#/tags/0']],
    ['name=Ada&age=36&ids=1,x', ['#/ids/1']],
    ['name=Ada&age=36&age=37', ['#/age']],
    ['name=Ada&age=36&address[street]=Via', ['#/address/city']],
    ['name=Ada&age=36&home=zip', ['#/home']],
    ['name=Ada&age=36&other=x&other=y', ['#/other']],
    ['name=Ada&age=36&__proto__[x]=1&constructor=2', []],
  ])('%s', async (form, pointers) => {
    const { send, bodies } = await start();
    const response = await send('/contacts', FORM_TYPE, form);
    expect(pointersOf(response)).toEqual(pointers);
    expect(bodies.map(String)).toEqual(pointers.length === 0 ? [form] : []);
  });

  it('must be well-formed and within its limits', async () => {
    const { send } = await start();
    expect((await send('/contacts', FORM_TYPE, 'a=1&'.repeat(1001))).status).toBe(413);
    const broken = await send('/contacts', FORM_TYPE, 'name=%zz');
    expect([broken.status, broken.body.type]).toEqual([400, '/problems/bad-request']);
    expect((await send('/contacts', FORM_TYPE, Buffer.from([0x61, 0x3d, 0xff]))).status).toBe(400);
  });
});

const fetchRaw = async (url: string, text: string): Promise<string> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.end(text);
  const chunks = await socket.toArray();
  return Buffer.concat(chunks).toString();
};
