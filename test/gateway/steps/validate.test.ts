import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import type { DocumentFault } from '../../../src/openapi/load/document-fault.ts';
import { mergeDocuments } from '../../../src/openapi/merge/merge.ts';
import { document, startGateway } from '../../support/gateway.ts';
import { rawClient, statusesOf } from '../../support/raw-client.ts';

const components = {
  schemas: {
    Order: {
      type: 'object',
      required: ['consumerId', 'lines'],
      additionalProperties: false,
      properties: {
        consumerId: { type: 'string', minLength: 1 },
        lines: { type: 'array', items: { $ref: '#/components/schemas/Line' } },
        'a/b': { type: 'string' },
      },
    },
    Line: {
      type: 'object',
      required: ['quantity'],
      properties: { quantity: { type: 'integer', minimum: 1 } },
    },
    State: { type: 'string', enum: ['APPROVED', 'CANCELLED'] },
  },
  parameters: { Limit: { name: 'limit', in: 'query', schema: { type: 'integer', maximum: 100 } } },
  requestBodies: {
    Order: {
      required: true,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
    },
  },
};
const paths = {
  '/orders': {
    parameters: [{ $ref: '#/components/parameters/Limit' }],
    get: {
      parameters: [
        {
          name: 'state',
          in: 'query',
          schema: { type: 'array', items: { $ref: '#/components/schemas/State' } },
        },
        { name: 'ids', in: 'query', explode: false, schema: { type: 'array', items: { type: 'integer' } } },
        {
          name: 'expand',
          in: 'query',
          schema: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
        },
        { name: 'filter', in: 'query', style: 'deepObject', schema: { type: 'object' } },
        {
          name: 'where',
          in: 'query',
          content: { 'application/json': { schema: { type: 'object', required: ['a'] } } },
        },
        { name: 'X-Tenant', in: 'header', schema: { type: 'string', maxLength: 3 } },
      ],
    },
    post: { requestBody: { $ref: '#/components/requestBodies/Order' } },
  },
  '/orders/{id}': {
    get: {
      parameters: [
        { name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: '^o\\d+$' } },
      ],
    },
  },
  '/search': {
    get: { parameters: [{ name: 'q', in: 'query', required: true, schema: { type: 'string' } }] },
  },
  '/files': { post: { requestBody: { content: { 'image/*': {}, 'text/csv': {} } } } },
  '/cancel': { post: {} },
};

const start = async (config = 'limits: { body: 1kb }', service = '') => {
  const gateway = await startGateway({ orders: document(paths, components) }, { config, service });
  const upstream = gateway.services.orders;
  if (!upstream) throw new Error('no upstream');
  const bodies: string[] = [];
  upstream.respond = async (req, res) => {
    bodies.push(String(Buffer.concat(await req.toArray().catch(() => []))));
    res.end('ok');
  };
  return { ...gateway, upstream, bodies };
};

const jsonOf = async (response: Response) => JSON.parse(await response.text());

describe('Parameters', () => {
  it.each([
    '/orders',
    '/orders?limit=10&state=APPROVED&state=CANCELLED&ids=1,2,3',
    '/orders?state=APPROVED',
    '/orders?expand=a,b&expand=c',
    '/orders?expand=a',
    '/orders?filter%5Bname%5D=x&filter[a]=b',
    '/orders?where=%7B%22a%22:1%7D',
    '/orders/o12',
    '/search?q=',
  ])('The request %s matches the contract', async (path) => {
    const { url, upstream } = await start();
    expect((await fetch(url + path)).status).toBe(200);
    expect(upstream.requests[0]?.url).toBe(path);
  });

  it.each([
    ['/orders?limit=ten', 'query', '#/limit', 'must be integer'],
    ['/orders?limit=0x10', 'query', '#/limit', 'must be integer'],
    ['/orders?limit=%2010', 'query', '#/limit', 'must be integer'],
    ['/orders?limit=101', 'query', '#/limit', 'must be <= 100'],
    ['/orders?limit=1&limit=2', 'query', '#/limit', 'must be given once'],
    ['/orders?state=LOST', 'query', '#/state/0', 'must be one of "APPROVED", "CANCELLED"'],
    ['/orders?ids=1,x', 'query', '#/ids/1', 'must be integer'],
    ['/orders?wherever=1', 'query', '#/wherever', expect.stringContaining('it accepts limit, state')],
    ['/orders?%C3%A9%20=1', 'query', '#/%C3%A9%20', expect.any(String)],
    ['/orders?where=x', 'query', '#/where', 'is not well-formed JSON'],
    ['/orders?where=%7B%7D', 'query', '#/where/a', 'is required'],
    ['/search', 'query', '#/q', 'is required'],
    ['/orders/x1', 'path', '#/id', expect.stringContaining('pattern')],
  ])('The request %s has a fault at %s %s', async (path, place, pointer, detail) => {
    const { url, upstream } = await start();
    const response = await fetch(url + path);
    const body = await jsonOf(response);
    expect([response.status, body.type]).toEqual([400, '/problems/validation-failed']);
    expect(body.errors).toEqual([{ in: place, pointer, detail }]);
    expect(upstream.requests).toHaveLength(0);
  });

  it('All faults are reported at once, including headers', async () => {
    const { url } = await start();
    const { body } = await request(url).get('/orders?limit=x&nope=1').set('X-Tenant', 'long');
    expect(body.errors.map((fault: { in: string; pointer: string }) => fault.in + fault.pointer)).toEqual([
      'query#/limit',
      'query#/nope',
      'header#/x-tenant',
    ]);
  });

  it('A query with invalid percent-encoding is 400', async () => {
    const { url } = await start();
    const body = await jsonOf(await fetch(`${url}/orders?limit=%zz`));
    expect(body.type).toBe('/problems/bad-request');
  });

  it.each(['?wherever=1', '?q=100%', '?q=%E9', '?%E9=1&limit=1', '?%', '?q=%zz&q=1'])(
    'Unknown parameters are forwarded if the service allows them: %s',
    async (query) => {
      const { url, upstream } = await start('', 'unknownQuery: pass');
      const { socket, end } = rawClient(
        url,
        `GET /orders${query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      expect(statusesOf(await end)).toEqual([200]);
      socket.destroy();
      expect(upstream.requests[0]?.url).toBe(`/orders${query}`);
    },
  );

  it.each(['?limit=%zz', '?limit=1&%6Cimit=%E9', '?filter[%E9]=1'])(
    'Known parameters that cannot be read are rejected even then: %s',
    async (query) => {
      const { url } = await start('', 'unknownQuery: pass');
      expect((await fetch(`${url}/orders${query}`)).status).toBe(400);
    },
  );

  it.each([
    ['an object in brackets', `filter${'[a]'.repeat(200)}=1`, 'filter'],
    ['JSON', `where=${'['.repeat(200)}${']'.repeat(200)}`, 'where'],
    ['JSON with a member twice', 'where=%7B%22a%22:1,%22a%22:2%7D', 'where'],
  ])('Parameters that are too deep or ambiguous are rejected as %s', async (_name, query, name) => {
    const { url, upstream } = await start();
    const body = await jsonOf(await fetch(`${url}/orders?${query}`));
    expect(body.errors).toEqual([
      { in: 'query', pointer: `#/${name}`, detail: expect.stringMatching(/levels deep|twice/) },
    ]);
    expect(upstream.requests).toHaveLength(0);
  });
});

describe('Bodies', () => {
  const good = { consumerId: 'c1', lines: [{ quantity: 1 }] };

  it('Bodies are forwarded byte by byte', async () => {
    const { url, bodies } = await start();
    const text = '{ "consumerId" : "c\\u0031",\n "lines": [] }';
    expect((await request(url).post('/orders').type('json').send(text)).status).toBe(200);
    expect(bodies).toEqual([text]);
  });

  it('Bodies that are not UTF-8 are rejected', async () => {
    const { url, upstream } = await start();
    const broken = Buffer.from('{"consumerId":"\xff","lines":[]}', 'latin1');
    const { status, body } = await request(url)
      .post('/orders')
      .type('json')
      .serialize((bytes: unknown) => bytes as string)
      .send(broken);
    expect([status, body.type]).toEqual([400, '/problems/bad-request']);
    expect(upstream.requests).toHaveLength(0);
  });

  it('Faults in bodies have pointers', async () => {
    const { url, upstream } = await start();
    const order = { consumerId: '', lines: [{ quantity: 1 }, { quantity: 0.5 }, {}], 'x/y': 1, 'a/b': 1 };
    const { status, body } = await request(url).post('/orders').send(order);
    expect([status, body.type]).toEqual([400, '/problems/validation-failed']);
    expect(body.errors).toEqual(
      expect.arrayContaining([
        { in: 'body', pointer: '#/consumerId', detail: 'must NOT have fewer than 1 characters' },
        { in: 'body', pointer: '#/lines/1/quantity', detail: 'must be integer' },
        { in: 'body', pointer: '#/lines/2/quantity', detail: 'is required' },
        { in: 'body', pointer: '#/x~1y', detail: 'is not a known property' },
        { in: 'body', pointer: '#/a~1b', detail: 'must be string' },
      ]),
    );
    expect(upstream.requests).toHaveLength(0);
  });

  it('Malformed JSON is 400, and the problem does not quote it', async () => {
    const { url } = await start();
    const { status, body, text } = await request(url).post('/orders').type('json').send('{"secret":hunter2}');
    expect([status, body.type]).toEqual([400, '/problems/bad-request']);
    expect(text).not.toContain('hunter2');
  });

  it('A missing required body is 400', async () => {
    const { url } = await start();
    const { status, body } = await request(url).post('/orders');
    expect([status, body.errors]).toEqual([400, [{ in: 'body', pointer: '#', detail: 'is required' }]]);
  });

  it.each(['text/plain', 'application/xml', 'nonsense'])(
    'The 415 for %s has the supported types',
    async (type) => {
      const { url } = await start();
      const response = await fetch(`${url}/orders`, {
        method: 'POST',
        headers: { 'Content-Type': type },
        body: '{}',
      });
      const body = await jsonOf(response);
      expect([response.status, body.type, body.supported]).toEqual([
        415,
        '/problems/unsupported-media-type',
        ['application/json'],
      ]);
    },
  );

  it.each(['br2', 'gzip, nonsense'])(
    'The 415 for the coding %s has the supported codings',
    async (coding) => {
      const { url } = await start();
      const response = await fetch(`${url}/orders`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Content-Encoding': coding },
        body: '{}',
      });
      const { type, supported } = await jsonOf(response);
      expect([response.status, type]).toEqual([415, '/problems/unsupported-media-type']);
      expect(supported).toEqual(expect.arrayContaining(['gzip', 'br']));
      expect(response.headers.get('accept-encoding')).toBe((supported as string[]).join(', '));
    },
  );

  it('More than one Content-Type is 400, because the service may use another one', async () => {
    const { url, upstream } = await start();
    const types = ['application/json', 'text/plain'].map((type) => `Content-Type: ${type}\r\n`).join('');
    const head = `POST /orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${types}Content-Length: 2\r\n\r\n`;
    const text = await rawClient(url, `${head}{}`).end;
    expect(statusesOf(text)).toEqual([400]);
    expect(text).toContain('There is more than one Content-Type.');
    expect(upstream.requests).toHaveLength(0);
  });

  it('The problem has the number of faults', async () => {
    const { url } = await start();
    const post = (body: object) => request(url).post('/orders').send(body);
    expect((await post({ consumerId: '', lines: [] })).body.detail).toBe(
      'The request does not match the API contract (1 error); see `errors`.',
    );
    expect((await post({ consumerId: '', lines: [{ quantity: 0 }], more: 1 })).body.detail).toBe(
      'The request does not match the API contract (3 errors); see `errors`.',
    );
  });

  it('A body without Content-Type is 415', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/orders`, { method: 'POST', body: Buffer.from('{}') });
    expect(response.status).toBe(415);
  });

  it.each([
    ['application/json', '/orders'],
    ['text/csv', '/files'],
  ])('The declared length of %s is 413 if it is too large', async (type, path) => {
    const { url, upstream } = await start();
    const { status, body } = await request(url).post(path).type(type).send('x'.repeat(1025));
    expect([status, body.type, body.limit]).toEqual([413, '/problems/content-too-large', 1024]);
    expect(upstream.requests).toHaveLength(0);
  });

  it.each([
    ['application/json', '/orders'],
    ['image/png', '/files'],
  ])('The actual length of %s is 413 if it is too large', async (type, path) => {
    const { url } = await start();
    const body = new Blob(Array(40).fill('x'.repeat(100))).stream();
    const init = { method: 'POST', headers: { 'Content-Type': type }, body, duplex: 'half' };
    const response = await fetch(url + path, init as RequestInit);
    expect([response.status, (await jsonOf(response)).type]).toEqual([413, '/problems/content-too-large']);
  });

  it('Bodies other than JSON are forwarded unchanged', async () => {
    const { url, bodies } = await start();
    expect((await request(url).post('/files').type('text/csv').send('a,b')).status).toBe(200);
    expect(bodies).toEqual(['a,b']);
  });

  it('Bodies are rejected if the contract does not declare one', async () => {
    const { url, upstream } = await start();
    const { status, body } = await request(url).post('/cancel').send({ a: 1 });
    expect([status, body.errors]).toEqual([
      400,
      [{ in: 'body', pointer: '#', detail: 'is not expected: this operation does not take a body' }],
    ]);
    const pieces = new Blob(['x']).stream();
    const init = { method: 'POST', body: pieces, duplex: 'half' };
    expect((await fetch(`${url}/cancel`, init as RequestInit)).status).toBe(400);
    expect(upstream.requests).toHaveLength(0);
  });

  it.each(['', '{}', ' { }\n'])('An empty body counts as no body: %j', async (text) => {
    const { url, bodies, upstream } = await start();
    const init = { method: 'POST', body: new Blob([text]).stream(), duplex: 'half' };
    expect((await fetch(`${url}/cancel`, init as RequestInit)).status).toBe(200);
    expect((await request(url).post('/cancel').type('json').send(text)).status).toBe(200);
    expect(bodies).toEqual(['', '']);
    for (const { headers } of upstream.requests) expect(headers['transfer-encoding']).toBeUndefined();
  });

  it('Undeclared bodies are forwarded if gateway.yaml allows them', async () => {
    const { url, bodies } = await start('', 'unknownBody: pass');
    expect((await request(url).post('/cancel').send({})).status).toBe(200);
    expect(bodies).toEqual(['{}']);
  });

  it.each([
    ['nested too deeply', `{"lines":${'['.repeat(200)}${']'.repeat(200)}}`, /nested more than 100 levels/],
    [
      'with a member twice',
      '{"consumerId":"c1","lines":[],"consumerId":"c2"}',
      /has the member "consumerId" twice/,
    ],
  ])('JSON bodies are rejected: %s', async (_name, text, detail) => {
    const { url, upstream } = await start();
    const { status, body } = await request(url).post('/orders').type('json').send(text);
    expect([status, body.type]).toEqual([400, '/problems/bad-request']);
    expect(body.detail).toMatch(detail);
    expect(upstream.requests).toHaveLength(0);
  });

  it('JSON bodies are validated if the contract accepts any type', async () => {
    const any = { '*/*': { schema: { type: 'object', required: ['a'] } } };
    const file = { '*/*': { schema: { type: 'string', format: 'binary' } } };
    const paths = {
      '/any': { post: { requestBody: { content: any } } },
      '/file': { post: { requestBody: { content: file } } },
    };
    const { url } = await startGateway({ orders: document(paths) });
    const statuses = async (path: string, type: string) => {
      const texts = ['{"a":1}', '{}', '{"a":1,"a":2}', '['.repeat(200)];
      const all = texts.map((body) =>
        fetch(url + path, { method: 'POST', headers: { 'Content-Type': type }, body }),
      );
      return (await Promise.all(all)).map(({ status }) => status);
    };
    expect(await statuses('/any', 'application/json')).toEqual([200, 400, 400, 400]);
    expect(await statuses('/any', 'text/plain')).toEqual([200, 200, 200, 200]);
    expect(await statuses('/file', 'application/json')).toEqual([200, 200, 200, 200]);
  });

  it('Duplicate members are accepted if gateway.yaml allows them', async () => {
    const { url, bodies } = await start('limits: { duplicateMembers: pass }');
    const text = '{"consumerId":"c1","lines":[],"consumerId":"c2"}';
    expect((await request(url).post('/orders').type('json').send(text)).status).toBe(200);
    expect(bodies).toEqual([text]);
  });

  it('Parameters of the media type are ignored', async () => {
    const { url } = await start();
    const { status } = await request(url)
      .post('/orders')
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(good));
    expect(status).toBe(200);
  });
});

describe('A string in the path', () => {
  const ask = async (schema: object, text: string) => {
    const parameters = [{ name: 'id', in: 'path', required: true, schema }];
    const things = document(
      { '/things/{id}': { get: { parameters } } },
      { schemas: { Short: { maxLength: 1 } } },
    );
    const { url } = await startGateway({ things });
    return (await request(url).get(`/things/${text}`)).status;
  };

  it.each([{ minLength: 1, title: 'Id', example: 'a', 'x-own': 1 }, { minLength: 0 }, {}])(
    'A string in the path may have any value: %j',
    async (more) => {
      expect(await ask({ type: 'string', ...more }, 'a%2Fb')).toBe(200);
    },
  );

  it.each([
    { minLength: 3 },
    { maxLength: 1 },
    { enum: ['a'] },
    { const: 'a' },
    { pattern: '^a$' },
    { format: 'uuid' },
    { not: {} },
    { allOf: [{ maxLength: 1 }] },
    { $ref: '#/components/schemas/Short' },
    { type: ['string', 'null'], maxLength: 1 },
    { type: 'boolean' },
  ])('A string in the path is rejected by its schema: %j', async (more) => {
    expect(await ask({ type: 'string', ...more }, 'ab')).toBe(400);
  });
});

describe('Faults in a document', () => {
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'integer' } };
  const file = { name: 'file', in: 'path', required: true, schema: { type: 'string' } };
  const broken = document(
    {
      '/things': {
        get: { parameters: [{ name: 'a', in: 'query', schema: { type: 'strin' } }] },
        post: {
          requestBody: {
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Missing' } } },
          },
        },
        put: {
          requestBody: { content: { 'application/json': { schema: { type: 'string', pattern: '(' } } } },
        },
      },
      '/things/{id}': { get: { operationId: 'byId', parameters: [id] } },
      '/things/{file}': {
        get: { operationId: 'byFile', parameters: [file] },
        delete: { parameters: [file] },
      },
    },
    {},
  );

  it('Faults in a document are reported with pointers, and the rest is served', async () => {
    const faults: DocumentFault[] = [];
    const gateway = await startGateway({ things: broken }, { onFault: (_, fault) => faults.push(fault) });
    expect(faults).toEqual([
      {
        pointer: '#/paths/~1things/post/requestBody/content/application~1json/schema',
        reason: 'is not checked: it refers to nothing',
      },
      {
        pointer: '#/paths/~1things~1%7Bfile%7D/get',
        reason: 'is served as /things/{id}: a router cannot tell the two paths apart',
      },
    ]);
    for (const path of ['/things?a=1', '/things?a=2', '/things/7', '/things/report.pdf'])
      await request(gateway.url).get(path).expect(200);
    await request(gateway.url).delete('/things/x').expect(200);
    await request(gateway.url).post('/things').send({}).expect(200);
    const put = () => request(gateway.url).put('/things').set('Content-Type', 'application/json');
    await put().send('"any text"').expect(200);
    await put().send('{}').expect(400);
    await request(gateway.url).get('/things?b=1').expect(400);
    expect(faults.slice(2)).toEqual([
      {
        pointer: '#/paths/~1things/get/parameters/0/schema/type',
        reason: expect.stringMatching(/^is not checked: .*type/),
      },
      {
        pointer: '#/paths/~1things/put/requestBody/content/application~1json/schema/pattern',
        reason: expect.stringMatching(/^is not checked: .*regular expression/i),
      },
    ]);
  });

  it('Faulty parts are not in the merged document', () => {
    const merged = mergeDocuments([{ name: 'things', document: broken }]);
    expect(Object.keys(merged.paths?.['/things/{id}'] ?? {})).toContain('get');
    expect(merged.paths?.['/things/{file}']?.get).toBeUndefined();
    expect(merged.paths?.['/things/{file}']?.delete).toBeDefined();
  });
});
