import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { service } from '../../../../src/tools/scaffold/job-cards/main.ts';
import { type TestService, testService } from '../../../support/service.ts';

const NEW_JOB_CARD = {
  title: 'Have another look',
  notes: 'Take your time.',
  helpDeskId: 'hd-1',
};

describe('job cards', () => {
  let running: TestService;
  const get = (path: string) => request(running.app).get(path);
  const post = (path: string, body?: object) => request(running.app).post(path).send(body);
  /** Creates one, and returns it with its actions. */
  const created = async () => {
    const { body } = await post('/job-cards', NEW_JOB_CARD).expect(201);
    return (await get(body._links.self.href).accept('application/prs.hal-forms+json').expect(200)).body;
  };

  beforeAll(async () => {
    running = await testService(service);
  });
  afterAll(() => running.close());

  it('are created by the form of their list, at the URL in Location', async () => {
    const page = await get('/job-cards?limit=2').expect(200);
    const { create } = page.body._templates;
    expect(create).toMatchObject({ method: 'POST', target: '/job-cards', contentType: 'application/json' });
    const { body, headers } = await post(create.target, NEW_JOB_CARD).expect(201);
    expect(body).toMatchObject({ ...NEW_JOB_CARD, state: 'OPEN' });
    const found = await get(headers.location as string).expect(200);
    expect(found.body).toEqual(body);
  });

  it('link to related resources', async () => {
    const { body } = await get('/job-cards/jc-1001').expect(200);
    expect(body._links).toMatchObject({
      self: { href: '/job-cards/jc-1001' },
      helpDesk: { href: '/help-desks/hd-1' },
      edit: { href: '/job-cards/jc-1001' },
    });
  });

  it('offer the actions that their state allows, and reject the others', async () => {
    const open = await created();
    expect(Object.keys(open._templates)).toContain('close');
    expect(Object.keys(open._links)).not.toContain('reopen');
    const closed = (await post(open._templates.close.target).expect(200)).body;
    expect(closed.state).toBe('CLOSED');
    const { body } = await post(open._templates.close.target).expect(409);
    expect(body).toMatchObject({
      currentState: 'CLOSED',
      allowed: expect.arrayContaining(['reopen', 'edit']),
    });
    const again = (await post(closed._links.reopen.href).expect(200)).body;
    expect(again.state).toBe('OPEN');
  });

  it('are edited only with their current entity tag', async () => {
    const { href } = (await created())._links.self;
    const { etag } = (await get(href).expect(200)).headers;
    const edit = (version: string, changes: object) =>
      request(running.app)
        .patch(href)
        .type('application/merge-patch+json')
        .set('If-Match', version)
        .send(changes);
    const { body } = await edit(etag as string, { title: 'Have a rest', notes: null }).expect(200);
    expect(body.title).toBe('Have a rest');
    expect(body).not.toHaveProperty('notes');
    await edit(etag as string, { title: 'Too late' }).expect(412);
    expect((await get(href).expect(200)).body).toEqual(body);
  });

  it('are listed page by page with the requested filter and order', async () => {
    const seen: { id: string; state: string; title: string }[] = [];
    let at: string | undefined = '/job-cards?limit=2&state=CLOSED&sort=-title';
    while (at !== undefined) {
      const { body }: { body: { _embedded: { item: typeof seen }; _links: { next?: { href: string } } } } =
        await get(at).accept('application/hal+json').expect(200);
      seen.push(...body._embedded.item);
      at = body._links.next?.href;
    }
    const titles = seen.map(({ title }) => title);
    expect(titles).toEqual(titles.toSorted().toReversed());
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    expect([...new Set(seen.map(({ state }) => state))]).toEqual(['CLOSED']);
  });

  it('are returned by their ids, several at once', async () => {
    const { body } = await get('/job-cards?id=jc-1002,jc-1001').accept('application/hal+json').expect(200);
    expect(body._embedded.item.map(({ id }: { id: string }) => id)).toEqual(['jc-1001', 'jc-1002']);
  });

  it('are rejected with an explanation if they are invalid or unknown', async () => {
    const { body } = await post('/job-cards', { ...NEW_JOB_CARD, title: '', colour: 'red' }).expect(400);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).toSorted()).toEqual([
      '#/colour',
      '#/title',
    ]);
    await get('/job-cards/jc-nobody').expect(404);
    await post('/job-cards/jc-nobody/close').expect(404);
  });
});
