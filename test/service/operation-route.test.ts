import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { HAL, HAL_FORMS, JSON_TYPE } from '../../src/contract/media-types.ts';
import { createLog } from '../../src/observability/log.ts';
import { createTargets } from '../../src/outbound/targets.ts';
import { createService } from '../../src/service/app.ts';
import { serviceApp } from '../../src/service/start.ts';
import { service } from '../../src/tools/scaffold/job-cards/main.ts';
import { testDatabase } from '../support/database.ts';
import { memoryKeys } from '../support/keys.ts';
import { lampService } from '../support/lamps.ts';
import { CUT_QUERIES, NOTE, notes, PERSON } from '../support/notes.ts';
import { type TestService, testService } from '../support/service.ts';

describe('Response of an operation', () => {
  let running: TestService;
  const one = () => request(running.app).get('/job-cards/jc-1001');

  beforeAll(async () => {
    running = await testService(service);
  });
  afterAll(() => running.close());

  it('Only clients with the current representation get a 304', async () => {
    const { headers } = await one().accept(HAL).expect(200);
    const etag = headers.etag as string;
    const unchanged = await one().accept(HAL).set('If-None-Match', etag).expect(304);
    expect(unchanged.headers).toMatchObject({
      etag,
      'cache-control': 'no-cache',
      vary: expect.stringContaining('Accept'),
    });
    expect(unchanged.text).toBe('');
    await one().accept('application/vnd.siren+json').set('If-None-Match', etag).expect(200);
  });

  it('Every response varies by Accept and Prefer', async () => {
    const names = async (response: request.Test) =>
      String((await response).headers.vary)
        .split(/ *, */)
        .map((name) => name.toLowerCase());
    expect(await names(one())).toEqual(expect.arrayContaining(['accept', 'prefer']));
    expect(await names(one().set('Prefer', 'return=minimal'))).toEqual(
      expect.arrayContaining(['accept', 'prefer']),
    );
    expect(await names(one().accept('application/vnd.siren+json'))).toContain('prefer');
  });

  it('A read with If-Match of another state is refused', async () => {
    const { headers } = await one().expect(200);
    await one()
      .set('If-Match', headers.etag as string)
      .expect(200);
    const refused = await one().set('If-Match', '"old"').expect(412);
    expect(refused.headers.etag).toBe(headers.etag);
  });

  it('A new resource has Location, and a body unless Prefer: return=minimal is sent', async () => {
    const jobCard = { title: 'Look', helpDeskId: 'hd-1' };
    const post = () => request(running.app).post('/job-cards').send(jobCard);
    const whole = await post().expect(201);
    const href = whole.body._links.self.href;
    expect(whole.headers).toMatchObject({ location: href, 'content-location': href });
    const read = await request(running.app).get(href).expect(200);
    expect(read.headers.etag).toBe(whole.headers.etag);

    const minimal = await post().set('Prefer', 'return=minimal').expect(201);
    expect(minimal.text).toBe('');
    expect(minimal.headers).toMatchObject({
      'preference-applied': 'return=minimal',
      etag: expect.any(String),
    });
    expect(minimal.headers).not.toHaveProperty('content-location');
    await request(running.app)
      .get(minimal.headers.location as string)
      .expect(200);

    const preferred = await post().set('Prefer', 'return=representation').expect(201);
    expect(preferred.headers['preference-applied']).toBe('return=representation');
    expect(preferred.body).toMatchObject(jobCard);
  });

  it('A change without a body is 204, and its tag is valid for the next change', async () => {
    const { body, headers } = await request(running.app)
      .post('/job-cards')
      .send({ title: 'Look', helpDeskId: 'hd-1' })
      .expect(201);
    const patch = (etag: string, title: string) =>
      request(running.app)
        .patch(body._links.edit.href)
        .type('application/merge-patch+json')
        .set('If-Match', etag)
        .set('Prefer', 'return=minimal')
        .send({ title });
    const first = await patch(headers.etag as string, 'Look twice').expect(204);
    expect(first.headers['content-length']).toBeUndefined();
    await patch(first.headers.etag as string, 'Look away').expect(204);
    await patch(first.headers.etag as string, 'Too late').expect(412);
    const { body: now } = await request(running.app).get(body._links.self.href).expect(200);
    expect(now.title).toBe('Look away');
  });

  it('A tag of any representation is valid for a change', async () => {
    for (const type of [HAL, HAL_FORMS, JSON_TYPE, 'application/vnd.siren+json']) {
      const { headers } = await one().accept(type).expect(200);
      await request(running.app)
        .patch('/job-cards/jc-1001')
        .type('application/merge-patch+json')
        .set('If-Match', headers.etag as string)
        .send({ notes: `Seen as ${type}` })
        .expect(200);
    }
  });
});

it('A response with selected members has a tag of its own that identifies no state', async () => {
  const database = await testDatabase();
  // Responses with selected members do not match the contract, so they are not validated here.
  const app = await serviceApp(service, {
    database,
    targets: createTargets([{ name: 'help-desks', urls: ['http://127.0.0.1:1'] }]),
    log: createLog({ level: 'silent' }),
  });
  const get = (query: string) => request(app).get(`/job-cards/jc-1001${query}`).accept(HAL);
  const whole = await get('').expect(200);
  const some = await get('?fields=id,title').expect(200);
  const other = await get('?fields=id').expect(200);
  const tags = [whole, some, other].map(({ headers }) => String(headers.etag));
  expect(new Set(tags).size).toBe(3);
  for (const tag of tags) expect(tag).toMatch(/^"[\w.-]+"$/);
  await get('?fields=id,title')
    .set('If-None-Match', tags[1] ?? '')
    .expect(304);
  const patch = (tag = '') =>
    request(app)
      .patch('/job-cards/jc-1001')
      .set({ 'If-Match': tag, 'Content-Type': 'application/merge-patch+json' })
      .send('{"title":"Look at it"}');
  await patch(tags[1]).expect(412);
  await patch(tags[2]).expect(412);
  await patch(tags[0]).expect(200);
  await database.close();
});

it.each(CUT_QUERIES)(
  'The response to ?%s has the selected members at each place',
  async (query, writer, reader) => {
    const app = createService({
      contract: notes,
      handlers: {
        getNote: async () => ({ status: 200, body: NOTE }) as never,
        getPerson: async () => ({ status: 200, body: PERSON }) as never,
      },
      getJson: () => Promise.reject(new Error('unexpected call')),
      keys: memoryKeys(),
      log: createLog({ level: 'silent' }),
    });
    const { body } = await request(app).get(`/notes/n1?${query}`).accept(HAL).expect(200);
    const { _embedded: parts = {} } = body;
    const state = (part?: { _links?: object }) => part && (({ _links, ...own }) => own)(part);
    expect([state(parts.writer), state(parts.reader)]).toEqual([writer, reader]);
  },
);

describe('Headers of a response', () => {
  const HTML = 'text/html';
  const ask = (method: 'get' | 'head' | 'put' | 'post' | 'delete', headers: Record<string, string> = {}) =>
    request(lampService())
      [method](method === 'post' ? '/lamps' : '/lamps/l1')
      .set(['put', 'delete'].includes(method) ? { 'If-Match': '*', ...headers } : headers);

  const self = '/lamps/l1';
  it.each<[string, Parameters<typeof ask>, number, Record<string, unknown>]>([
    ['to a read', ['get'], 200, { 'cache-control': 'max-age=60' }],
    ['to a read with a preference', ['get', { Prefer: 'return=minimal' }], 200, {}],
    ['to a creation', ['post'], 201, { location: self, 'content-location': self }],
    ['to a replacement', ['put'], 200, { 'content-location': self }],
    [
      'to a replacement with return=representation',
      ['put', { Prefer: 'return=representation' }],
      200,
      { 'content-location': self, 'preference-applied': 'return=representation' },
    ],
    ['to an unknown preference', ['put', { Prefer: 'return=all' }], 200, { 'content-location': self }],
    [
      'to a replacement with return=minimal',
      ['put', { Prefer: 'return=minimal' }],
      204,
      { 'preference-applied': 'return=minimal' },
    ],
    [
      'to a creation with return=minimal',
      ['post', { Prefer: 'return=minimal' }],
      201,
      { location: self, 'preference-applied': 'return=minimal' },
    ],
    ['to a deletion', ['delete'], 204, { etag: undefined }],
    [
      'to a change with If-None-Match',
      ['put', { 'If-None-Match': '"x"' }],
      200,
      { 'content-location': self },
    ],
  ])('The response %s has its headers and no others', async (_, sent, status, expected) => {
    const { headers, text } = await ask(...sent).expect(status);
    const isWhole = text !== '';
    const names = ['location', 'content-location', 'preference-applied', 'idempotent-replayed'];
    expect(headers).toMatchObject({
      vary: 'Accept, Prefer',
      'cache-control': sent[0] === 'get' ? 'max-age=60' : 'no-cache',
      ...(!('etag' in expected) && { etag: expect.any(String) }),
      ...(isWhole && { link: expect.stringContaining(`<${self}>; rel="self"`) }),
      ...(isWhole && { 'content-length': String(Buffer.byteLength(text)), 'content-type': HAL }),
    });
    for (const name of names) expect([name, headers[name]]).toEqual([name, expected[name]]);
    if ('etag' in expected) expect(headers).not.toHaveProperty('etag');
    if (!isWhole) expect(headers).not.toHaveProperty('content-type');
  });

  it('HEAD has the same headers as GET, without the body', async () => {
    const { date: _, 'x-request-id': __, ...head } = (await ask('head').expect(200)).headers;
    const { headers, text } = await ask('get');
    expect(headers).toMatchObject(head);
    expect(head['content-length']).toBe(String(Buffer.byteLength(text)));
  });

  it.each(['get', 'head'] as const)('Conditions of %s are compared with the tag', async (method) => {
    const etag = String((await ask(method).expect(200)).headers.etag);
    for (const tag of [etag, '*', `"x", ${etag}`]) await ask(method, { 'If-Match': tag }).expect(200);
    for (const tag of ['"x"', `W/${etag}`]) {
      const { headers } = await ask(method, { 'If-Match': tag }).expect(412);
      expect(headers.etag).toBe(etag);
    }
    for (const tag of [etag, '*', `W/${etag}`]) {
      const { headers } = await ask(method, { 'If-None-Match': tag }).expect(304);
      expect(headers).toMatchObject({ etag, 'cache-control': 'max-age=60', vary: 'Accept, Prefer' });
      expect(headers).not.toHaveProperty('content-type');
    }
    await ask(method, { 'If-None-Match': '"x"' }).expect(200);
  });

  it('A page has its content policy, also with a 304', async () => {
    const { headers } = await ask('get', { Accept: HTML }).expect(200);
    expect(headers['content-type']).toContain(HTML);
    const again = await ask('get', { Accept: HTML, 'If-None-Match': String(headers.etag) }).expect(304);
    for (const given of [headers, again.headers])
      expect(given['content-security-policy']).toEqual(expect.any(String));
    expect((await ask('get')).headers['content-security-policy'] ?? '').not.toBe(
      headers['content-security-policy'],
    );
  });

  it('Strict handling is reported only where it was requested, and a missing part then fails the request', async () => {
    const expand = (headers: Record<string, string>, status = 200) =>
      request(lampService({}, { getJson: async () => ({ status, body: { id: 'l1' } }) }))
        .get('/lamps/l1?expand=maker')
        .set(headers);
    const strict = { Prefer: 'handling=strict' };
    expect((await expand(strict).expect(200)).headers['preference-applied']).toBe('handling=strict');
    expect((await expand({}).expect(200)).headers).not.toHaveProperty('preference-applied');
    await expand({}, 404).expect(200);
    await expand(strict, 404).expect(502);
  });

  it('An unknown media type is refused', async () => {
    await ask('get', { Accept: 'image/png' }).expect(406);
  });
});
