/** Responses whose links depend on the caller are not shared, and nothing else changes. */
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { document, startGateway, type TestGateway } from '../../support/gateway.ts';
import { scriptedVerifier } from '../../support/verifiers.ts';

const CONFIG = 'authentication: { schemes: { oauth: { keysFile: x }, key: { keysFile: x } } }';
const SCHEMES = {
  oauth: { type: 'http', scheme: 'bearer' },
  key: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
};
const text = { type: 'string' };
const ok = (schema: object, links = {}) => ({
  200: { description: 'ok', content: { 'application/json': { schema } }, links },
});
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const parameters = [{ name: 'id', in: 'path', required: true, schema: text }];
const WRITE = [{ oauth: ['write'] }, { key: [] }];
const links = {
  self: { operationId: 'getPet', parameters: { id: '$response.body#/id' } },
  owner: { operationId: 'getOwner', parameters: { id: '$response.body#/ownerId' } },
  feed: { operationId: 'feedPet', parameters: { id: '$response.body#/id' } },
};

const PETS = document(
  {
    '/pets': {
      get: {
        operationId: 'listPets',
        responses: ok({ type: 'array', items: ref('Pet') }),
      },
    },
    '/pets/{id}': {
      parameters,
      get: { operationId: 'getPet', responses: ok(ref('Pet'), links) },
    },
    '/pets/{id}/feed': {
      parameters,
      post: { operationId: 'feedPet', security: WRITE, responses: ok(ref('Pet')) },
    },
    '/owners': {
      get: {
        operationId: 'listOwners',
        parameters: [
          { name: 'id', in: 'query', 'x-batches': 'getOwner', schema: { type: 'array', items: text } },
        ],
        responses: ok({ type: 'array', items: ref('Owner') }),
      },
    },
    '/owners/{id}': {
      parameters,
      get: { operationId: 'getOwner', security: [{ oauth: ['owners'] }], responses: ok(ref('Owner')) },
    },
    '/weather': {
      get: {
        operationId: 'seeWeather',
        responses: ok({ type: 'object', properties: { is: text } }, { self: { operationId: 'seeWeather' } }),
      },
    },
  },
  {
    schemas: {
      Pet: { type: 'object', properties: { id: text, ownerId: text } },
      Owner: { type: 'object', properties: { id: text } },
    },
    securitySchemes: SCHEMES,
  },
);

async function start(body: object = { id: 'p1', ownerId: 'o1' }): Promise<TestGateway> {
  const verifier = scriptedVerifier();
  const gateway = await startGateway(
    { pets: PETS },
    {
      config: CONFIG,
      verifiers: new Map([
        ['oauth', verifier],
        ['key', verifier],
      ]),
    },
  );
  if (gateway.services.pets)
    gateway.services.pets.respond = (req, res) => {
      const [path = ''] = (req.url ?? '').split('?');
      res.writeHead(200, {
        'Content-Type': 'application/json',
        ETag: '"t1"',
        'Cache-Control': 'public, max-age=60, s-maxage=600',
        'CDN-Cache-Control': 'max-age=3600',
        'Last-Modified': 'Sat, 01 Jan 2028 00:00:00 GMT',
      });
      const value = { '/pets': [body, { ...body, id: 'p2', ownerId: 'o2' }], '/weather': { is: 'fine' } };
      res.end(JSON.stringify(value[path as keyof typeof value] ?? body));
    };
  return gateway;
}

describe('A response whose links depend on the caller', () => {
  it('It is private and varies by the headers with credentials, in a 304 too', async () => {
    const { url } = await start();
    for (const method of ['get', 'head'] as const) {
      const first = await request(url)[method]('/pets/p1').expect(200);
      const again = await request(url)
        [method]('/pets/p1')
        .set('If-None-Match', first.headers.etag as string)
        .expect(304);
      for (const { headers } of [first, again]) {
        expect(headers['cache-control']).toBe('private, max-age=60');
        expect(headers['cdn-cache-control']).toBeUndefined();
        expect(headers.vary).toMatch(/Authorization/);
        expect(headers.vary).toMatch(/X-Api-Key/i);
      }
    }
  });

  it('Callers with different links have different tags, and one tag never confirms the other response', async () => {
    const { url } = await start();
    const get = (...scopes: string[]) =>
      request(url)
        .get('/pets/p1')
        .accept('application/hal+json')
        .set('Authorization', `Bearer anna:${scopes.join(',')}`);
    const reader = await get().expect(200);
    const writer = await get('write').expect(200);
    expect(Object.keys(reader.body._links)).toEqual(['self']);
    expect(Object.keys(writer.body._links)).toEqual(['self', 'feed']);
    expect(reader.headers.etag).not.toBe(writer.headers.etag);
    await get()
      .set('If-None-Match', writer.headers.etag as string)
      .expect(200);
    const dated = 'Sat, 01 Jan 2028 00:00:00 GMT';
    await get().set('If-Modified-Since', dated).expect(200);
    // Both tags stand for the state that the service knows.
    for (const { headers } of [reader, writer]) expect(headers.etag).toMatch(/^"of-/);
  });

  it('A response that offers nothing else to others stays public', async () => {
    const { url } = await start();
    const { headers } = await request(url).get('/weather').expect(200);
    expect(headers['cache-control']).toBe('public, max-age=60, s-maxage=600');
    expect(headers['cdn-cache-control']).toBe('max-age=3600');
    expect(headers.vary ?? '').not.toMatch(/Authorization/);
  });

  it('Links that the service wrote itself stay for every caller', async () => {
    const own = { feed: { href: '/pets/p1/feed' }, owner: { href: '/owners/o1' } };
    const { url } = await start({ id: 'p1', ownerId: 'o1', _links: own });
    const { body } = await request(url).get('/pets/p1').accept('application/json').expect(200);
    expect(body._links).toMatchObject(own);
  });
});

describe('A service whose own security is not enforced', () => {
  const shop = document(
    {
      '/shops/{id}': {
        parameters,
        get: {
          operationId: 'getShop',
          responses: ok(ref('Shop'), {
            owner: { operationId: 'getOwner', parameters: { id: '$response.body#/id' } },
            self: { operationId: 'getShop', parameters: { id: '$response.body#/id' } },
          }),
        },
      },
    },
    { schemas: { Shop: { type: 'object', properties: { id: text } } }, securitySchemes: SCHEMES },
  );

  it.each([false, true])(
    'It offers links to enforced operations by the credentials of the caller (verified later: %s)',
    async (isAsynchronous) => {
      const verifier = scriptedVerifier({ isAsynchronous });
      const { url, services } = await startGateway(
        { shops: shop, pets: PETS },
        {
          config: CONFIG,
          serviceByName: { shops: 'authentication: { enforce: off }' },
          verifiers: new Map([
            ['oauth', verifier],
            ['key', verifier],
          ]),
        },
      );
      for (const upstream of Object.values(services))
        upstream.respond = (_req, res) => {
          res.writeHead(200, { 'Content-Type': 'application/json' });
          res.end('{"id":"s1"}');
        };
      const get = (headers: Record<string, string>) =>
        request(url).get('/shops/s1?expand=owner').accept('application/hal+json').set(headers).expect(200);
      const { body: known } = await get({ Authorization: 'Bearer anna:owners' });
      expect(known._links.owner).toEqual({ href: '/owners/s1' });
      expect(known._embedded.owner.id).toBe('s1');
      const { body: other } = await get({ Authorization: 'Bearer anna:write' });
      expect(other._links.owner).toBeUndefined();
      expect(other._expandErrors).toMatchObject([{ path: 'owner', problem: { status: 403 } }]);
      const { body: wrong } = await get({ Authorization: 'Bearer bad' });
      expect(wrong._links.owner).toBeUndefined();
      expect(wrong._expandErrors).toMatchObject([{ path: 'owner', problem: { status: 401 } }]);
    },
  );
});

describe('An expansion that the caller may not read', () => {
  it('Its targets are not requested, neither alone nor together', async () => {
    const gateway = await start();
    const list = await request(gateway.url)
      .get('/pets?expand=owner')
      .accept('application/hal+json')
      .expect(200);
    expect(list.body._expandErrors.map(({ href }: { href: string }) => href)).toEqual([
      '/owners/o1',
      '/owners/o2',
    ]);
    expect(list.body._expandErrors[0].problem).toMatchObject({ status: 401 });
    expect(list.headers['cache-control']).toBe('no-store');
    expect(gateway.services.pets?.requests.map(({ url }) => url)).toEqual(['/pets']);
  });

  it('It does not depend on links: a caller who is not offered one cannot expand it either', async () => {
    const { url } = await start();
    const { body } = await request(url)
      .get('/pets/p1?expand=owner')
      .set('Authorization', 'Bearer anna:write')
      .accept('application/hal+json')
      .expect(200);
    expect(body._links.owner).toBeUndefined();
    expect(body._expandErrors).toMatchObject([
      { path: 'owner', href: '/owners/o1', problem: { status: 403, missing: ['owners'] } },
    ]);
  });
});
