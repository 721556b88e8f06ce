import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { HAL, HAL_FORMS, JSON_TYPE } from '../../src/contract/media-types.ts';
import { service } from '../../src/template/job-cards/main.ts';
import { type TestService, testService } from '../support/service.ts';

describe('an answer', () => {
  let running: TestService;
  const one = () => request(running.app).get('/job-cards/jc-1001');

  beforeAll(async () => {
    running = await testService(service);
  });
  afterAll(() => running.close());

  it('is spared to who has this representation of it, and to no one else', async () => {
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

  it('is refused to who wants the one of another state', async () => {
    const { headers } = await one().expect(200);
    await one()
      .set('If-Match', headers.etag as string)
      .expect(200);
    const refused = await one().set('If-Match', '"old"').expect(412);
    expect(refused.headers.etag).toBe(headers.etag);
  });

  it('of a new resource says where it is, and has the body unless it is not wanted', async () => {
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

    const asked = await post().set('Prefer', 'return=representation').expect(201);
    expect(asked.headers['preference-applied']).toBe('return=representation');
    expect(asked.body).toMatchObject(jobCard);
  });

  it('of a change without its body is 204, and its tag is good for the next change', async () => {
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

  it('to a tag of any representation changes the one resource', async () => {
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
