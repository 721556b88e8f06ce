import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { type Operation, operation } from '../../src/contract/operation.ts';
import { resource } from '../../src/contract/resource.ts';
import { z } from '../../src/contract/schema.ts';
import { etagOf, stateTag } from '../../src/http/headers/etag.ts';
import { affordances } from '../../src/hypermedia/affordances/affordance.ts';
import { createLog } from '../../src/observability/log.ts';
import { createService } from '../../src/service/app.ts';
import { Precondition } from '../../src/service/precondition.ts';
import { service } from '../../src/tools/scaffold/job-cards/main.ts';
import { Book, books, burnBook } from '../support/graph.ts';
import { memoryKeys } from '../support/keys.ts';
import { type TestService, testService } from '../support/service.ts';

const ONE = '/job-cards/jc-1001';
const titled = (title: string) => ({ title, helpDeskId: 'hd-1' });

describe('Change of a shared resource', () => {
  let running: TestService;
  const get = () => request(running.app).get(ONE).expect(200);
  const patch = (title: string) =>
    request(running.app).patch(ONE).type('application/merge-patch+json').send({ title });

  beforeEach(async () => {
    running = await testService(service);
  });
  afterEach(() => running.close());

  it('A change requires If-Match', async () => {
    const { body } = await patch('1').expect(428);
    expect(body).toMatchObject({
      type: '/problems/precondition-required',
      detail: 'PATCH requires If-Match.',
    });
    await patch('1').set('If-Match', '*').expect(200);
  });

  it('A change of another state is refused with the current state', async () => {
    const { headers } = await get();
    const etag = headers.etag as string;
    await patch('2').set('If-Match', etag).expect(200);
    const stale = await patch('3').set('If-Match', etag).expect(412);
    expect(stale.body).toMatchObject({
      detail: 'The resource has changed since that ETag was read.',
      type: '/problems/precondition-failed',
      _links: { self: { href: ONE }, edit: { href: ONE } },
    });
    expect((await get()).body.title).toBe('2');
    await patch('3')
      .set('If-Match', stale.headers.etag as string)
      .expect(200);
    expect((await get()).body.title).toBe('3');
  });

  it('One strong tag of a list is sufficient, and weak tags are not', async () => {
    const etag = (await get()).headers.etag as string;
    await patch('4').set('If-Match', `W/${etag}`).expect(412);
    await patch('4').set('If-Match', `"another", ${etag}`).expect(200);
  });

  it('Only one of two concurrent changes succeeds', async () => {
    const etag = (await get()).headers.etag as string;
    const responses = await Promise.all(['5', '6', '7'].map((title) => patch(title).set('If-Match', etag)));
    expect(responses.map(({ status }) => status).toSorted()).toEqual([200, 412, 412]);
    const { body } = await get();
    expect(responses.find(({ status }) => status === 200)?.body).toEqual(body);
  });

  it('If-None-Match can exclude known states', async () => {
    const etag = (await get()).headers.etag as string;
    const { body } = await patch('8').set('If-Match', '*').set('If-None-Match', etag).expect(412);
    expect(body.detail).toBe('If-None-Match excludes the current state of the resource.');
    await patch('8').set('If-Match', '*').set('If-None-Match', '"another"').expect(200);
  });

  it('A tag cannot refer to a resource that does not exist yet', async () => {
    const add = () => request(running.app).post('/job-cards').send(titled('1'));
    await add().set('If-Match', '"one"').expect(412);
    const { body } = await request(running.app).get('/job-cards').expect(200);
    expect(body._embedded.item).toHaveLength(5);
    await add().expect(201);
  });
});

describe('Action', () => {
  it('An action is refused when its handler does not check the precondition', async () => {
    const book = { id: 'b', authorId: 'a', chapters: [] };
    const handler = async () => ({ status: 200, body: book }) as never;
    const app = createService({
      contract: books,
      handlers: { listBooks: handler, getBook: handler, getChapter: handler, burnBook: handler },
      affordances: [affordances(Book, { rows: [{ rel: 'burn', operation: burnBook, when: () => true }] })],
      linked: [],
      getJson: () => Promise.reject(new Error('unexpected call')),
      keys: memoryKeys(),
      log: createLog({ level: 'silent' }),
    });
    await request(app).post('/books/b/burn').set('If-Match', '"old"').expect(412);
  });
});

describe('Precondition', () => {
  const Thing = resource('Thing', z.object({ id: z.string() }));
  const state = { id: 'a', other: 'is not of the schema' };
  const tag = etagOf('any representation', stateTag({ id: 'a' }));
  const other = etagOf('any representation', stateTag({ id: 'b' }));
  const of = (method: string, headers: object) =>
    new Precondition(
      operation({
        operationId: 'change',
        method: method as 'put',
        path: '/things',
        summary: 'Change',
        responses: { 200: { description: 'ok', body: Thing } },
      }) as Operation,
      headers,
    );
  const thrownBy = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      const { status, message } = error as { status?: number; message: string };
      return [status, message];
    }
    return 'nothing';
  };

  it.each(['put', 'patch', 'delete'])('If-Match is required with %s and not with POST', (method) => {
    expect(thrownBy(() => of(method, {}))).toEqual([428, `${method.toUpperCase()} requires If-Match.`]);
    expect(thrownBy(() => of(method, { 'if-none-match': '*' }))).toMatchObject([428, expect.any(String)]);
    expect(thrownBy(() => of(method, { 'if-match': tag }))).toBe('nothing');
    expect(thrownBy(() => of('post', {}))).toBe('nothing');
  });

  const changed = [412, 'The resource has changed since that ETag was read.'];
  const ruledOut = [412, 'If-None-Match excludes the current state of the resource.'];
  it.each<[object, unknown]>([
    [{}, 'nothing'],
    [{ 'if-match': tag }, 'nothing'],
    [{ 'if-match': `${other}, ${tag}` }, 'nothing'],
    [{ 'if-match': ' * ' }, 'nothing'],
    [{ 'if-match': other }, changed],
    [{ 'if-match': `W/${tag}` }, changed],
    [{ 'if-match': '' }, changed],
    [{ 'if-none-match': other }, 'nothing'],
    [{ 'if-none-match': tag }, ruledOut],
    [{ 'if-none-match': '*' }, ruledOut],
    [{ 'if-match': tag, 'if-none-match': other }, 'nothing'],
    [{ 'if-match': tag, 'if-none-match': tag }, ruledOut],
    [{ 'if-match': other, 'if-none-match': tag }, changed],
  ])('With %j the check throws %j', (headers, expected) => {
    const precondition = of('post', headers);
    expect(thrownBy(() => precondition.check(Thing, state))).toEqual(expected);
    // After the check nothing is left to assert.
    expect(thrownBy(() => precondition.assertChecked())).toBe('nothing');
  });

  it.each<[string, object, unknown]>([
    ['post', {}, 'nothing'],
    ['post', { 'if-match': '*' }, 'nothing'],
    ['post', { 'if-match': ' * ' }, 'nothing'],
    ['post', { 'if-none-match': '"x"' }, 'nothing'],
    ['post', { 'if-match': '"x"' }, [412, 'No resource that this request changes has that ETag.']],
    [
      'put',
      { 'if-match': '*' },
      [undefined, 'the handler changed something without checking the precondition'],
    ],
  ])('An unchecked %s with %j throws %j', (method, headers, expected) => {
    expect(thrownBy(() => of(method, headers).assertChecked())).toEqual(expected);
  });
});
