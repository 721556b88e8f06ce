import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { service } from '../../../services/consumers/main.ts';
import { defaultLimits } from '../../../src/config/limits.ts';
import { type TestService, testService } from '../../support/service.ts';

interface PageBody {
  readonly _embedded: { readonly item: readonly { readonly id: string }[] };
  readonly _links: { readonly next?: { readonly href: string } };
}

describe('The consumers service', () => {
  let running: TestService;

  beforeAll(async () => {
    running = await testService(service);
  });
  afterAll(() => running.close());

  it('returns a consumer with links, a media type and an entity tag', async () => {
    const { body, headers } = await request(running.app).get('/consumers/c-ada').expect(200);
    expect(headers['content-type']).toBe('application/hal+json');
    expect(headers.etag).toMatch(/^".+"$/);
    const { _links, ...state } = body;
    expect(state).toEqual({
      id: 'c-ada',
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      address: '12 St James Square, London',
      createdAt: '2026-01-05T09:00:00.000Z',
    });
    expect(_links).toMatchObject({ self: { href: '/consumers/c-ada' }, edit: { href: '/consumers/c-ada' } });
  });

  it('registers a consumer through the form on a page', async () => {
    const page = await request(running.app).get('/consumers?limit=2').expect(200);
    expect(page.headers['content-type']).toBe('application/prs.hal-forms+json');
    const { register } = page.body._templates;
    expect(register).toMatchObject({ method: 'POST', target: '/consumers', contentType: 'application/json' });
    const consumer = { name: 'Katherine Johnson', email: 'kj@example.com' };
    const created = await request(running.app).post(register.target).send(consumer).expect(201);
    expect(created.body).toMatchObject(consumer);
    expect(created.headers.location).toBe(created.body._links.self.href);
    const { body } = await request(running.app)
      .get(created.headers.location ?? '')
      .expect(200);
    expect(body).toEqual(created.body);
  });

  it('returns each consumer once on the pages that next links lead to', async () => {
    const seen: string[] = [];
    let at: string | undefined = '/consumers?limit=4';
    while (at !== undefined) {
      const { body }: { body: PageBody } = await request(running.app).get(at).expect(200);
      seen.push(...body._embedded.item.map(({ id }) => id));
      at = body._links.next?.href;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.slice(0, 2)).toEqual(['c-ada', 'c-alan']);
  });

  it.each([
    ['/consumers?limit=0', '#/limit'],
    ['/consumers?limit=2&limit=3', '#/limit'],
    ['/consumers?colour=red', '#/colour'],
    ['/consumers?cursor=nonsense', '#/cursor'],
  ])('rejects %s with a pointer to the fault', async (path, pointer) => {
    const { body, headers } = await request(running.app).get(path).expect(400);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(body).toMatchObject({ type: '/problems/validation-failed', errors: [{ in: 'query', pointer }] });
  });

  it('points at each fault of a body', async () => {
    const { body } = await request(running.app)
      .post('/consumers')
      .send({ name: '', email: 'no', role: 'admin' })
      .expect(400);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '#/email',
      '#/name',
      '#/role',
    ]);
  });

  it('rejects a body that is larger than the limit', async () => {
    const small = await testService(service, [], { limits: { ...defaultLimits, body: 64 } });
    const name = 'a'.repeat(64);
    const { body } = await request(small.app)
      .post('/consumers')
      .send({ name, email: 'a@example.com' })
      .expect(413);
    expect(body.type).toBe('/problems/content-too-large');
    await small.close();
  });

  it('rejects text with half a surrogate pair', async () => {
    const half = '{"name":"\\ud800","email":"half@example.com"}';
    const { body } = await request(running.app).post('/consumers').type('json').send(half).expect(400);
    expect(body.errors).toMatchObject([{ in: 'body', pointer: '#/name' }]);
  });

  it('rejects malformed bodies, unsupported types and methods, and unknown or invalid paths', async () => {
    await request(running.app).post('/consumers').type('json').send('{"name":').expect(400);
    const unsupported = await request(running.app).post('/consumers').type('text').send('hello').expect(415);
    expect(unsupported.body.supported).toEqual(['application/json']);
    const unacceptable = await request(running.app).get('/consumers').accept('image/png').expect(406);
    expect(unacceptable.body.available).toContain('application/hal+json');
    const method = await request(running.app).delete('/consumers/c-ada').expect(405);
    expect(method.headers.allow).toBe('GET, PATCH, HEAD, OPTIONS');
    await request(running.app).get('/nowhere').expect(404);
    await request(running.app).get('/consumers/c-nobody').expect(404);
    await request(running.app).get('/consumers/%ff').expect(400);
  });

  it('edits a consumer by merge patch and by JSON Patch', async () => {
    const edit = async (type: string, body: object) => {
      const seen = await request(running.app).get('/consumers/c-alan').expect(200);
      return request(running.app)
        .patch(seen.body._links.edit.href)
        .type(type)
        .set('If-Match', seen.headers.etag as string)
        .send(body);
    };
    const merged = await edit('application/merge-patch+json', { name: 'A. M. Turing', address: null });
    expect(merged.status).toBe(200);
    expect(merged.body).toMatchObject({ id: 'c-alan', name: 'A. M. Turing' });
    expect(merged.body).not.toHaveProperty('address');

    const test = { op: 'test', path: '/name', value: 'A. M. Turing' };
    const patch = [test, { op: 'add', path: '/address', value: 'Bletchley' }];
    const patched = await edit('application/json-patch+json', patch);
    expect(patched.body).toEqual({ ...merged.body, address: 'Bletchley' });

    const failed = await edit('application/json-patch+json', [{ ...test, value: 'Somebody' }]);
    expect([failed.status, failed.body.type, failed.body.operation]).toEqual([
      409,
      '/problems/patch-conflict',
      0,
    ]);

    for (const forbidden of [{ id: 'c-other' }, { createdAt: '2020-01-01T00:00:00Z' }, { name: null }])
      expect((await edit('application/merge-patch+json', forbidden)).status).toBe(400);
    const beside = await edit('application/json-patch+json', [{ op: 'add', path: '/id', value: 'c-other' }]);
    expect(beside.status).toBe(400);

    const other = await edit('application/json', { name: 'Nobody' });
    expect([other.status, other.headers['accept-patch']]).toEqual([
      415,
      'application/merge-patch+json, application/json-patch+json',
    ]);
    const { body } = await request(running.app).get('/consumers/c-alan').expect(200);
    expect(body).toEqual(patched.body);
  });

  it('responds with 304 to a matching If-None-Match', async () => {
    const { headers } = await request(running.app).get('/consumers/c-ada');
    await request(running.app)
      .get('/consumers/c-ada')
      .set('If-None-Match', headers.etag ?? '')
      .expect(304);
  });
});
