import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { service as consumers } from '../../services/consumers/main.ts';
import { service as restaurants } from '../../services/restaurants/main.ts';
import { HAL, HAL_FORMS, JSON_TYPE } from '../../src/contract/media-types.ts';
import { type TestService, testService } from '../support/service.ts';

describe('an answer', () => {
  let running: TestService;
  const ada = () => request(running.app).get('/consumers/c-ada');

  beforeAll(async () => {
    running = await testService(consumers);
  });
  afterAll(() => running.close());

  it('is spared to who has this representation of it, and to no one else', async () => {
    const { headers } = await ada().accept(HAL).expect(200);
    const etag = headers.etag as string;
    const unchanged = await ada().accept(HAL).set('If-None-Match', etag).expect(304);
    expect(unchanged.headers).toMatchObject({
      etag,
      'cache-control': 'no-cache',
      vary: expect.stringContaining('Accept'),
    });
    expect(unchanged.text).toBe('');
    await ada().accept('application/vnd.siren+json').set('If-None-Match', etag).expect(200);
  });

  it('is refused to who wants the one of another state', async () => {
    const { headers } = await ada().expect(200);
    await ada()
      .set('If-Match', headers.etag as string)
      .expect(200);
    const refused = await ada().set('If-Match', '"old"').expect(412);
    expect(refused.headers.etag).toBe(headers.etag);
  });

  it('of a new resource says where it is, and has the body unless it is not wanted', async () => {
    const consumer = { name: 'Hedy Lamarr', email: 'hedy@example.com' };
    const post = () => request(running.app).post('/consumers').send(consumer);
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
    expect(asked.body).toMatchObject(consumer);
  });

  it('of a change without its body is 204, and its tag is good for the next change', async () => {
    const { body, headers } = await request(running.app)
      .post('/consumers')
      .send({ name: 'Emmy', email: 'emmy@example.com' })
      .expect(201);
    const patch = (etag: string, name: string) =>
      request(running.app)
        .patch(body._links.edit.href)
        .type('application/merge-patch+json')
        .set('If-Match', etag)
        .set('Prefer', 'return=minimal')
        .send({ name });
    const first = await patch(headers.etag as string, 'Emmy Noether').expect(204);
    expect(first.headers['content-length']).toBeUndefined();
    await patch(first.headers.etag as string, 'Amalie Emmy Noether').expect(204);
    await patch(first.headers.etag as string, 'Nobody').expect(412);
    const { body: now } = await request(running.app).get(body._links.self.href).expect(200);
    expect(now.name).toBe('Amalie Emmy Noether');
  });

  it('to a tag of any representation changes the one resource', async () => {
    for (const type of [HAL, HAL_FORMS, JSON_TYPE, 'application/vnd.siren+json']) {
      const { headers } = await ada().accept(type).expect(200);
      await request(running.app)
        .patch('/consumers/c-ada')
        .type('application/merge-patch+json')
        .set('If-Match', headers.etag as string)
        .send({ address: `Seen as ${type}` })
        .expect(200);
    }
  });
});

describe('an answer without a body', () => {
  it('is what is left of what was taken away', async () => {
    const running = await testService(restaurants);
    const path = '/restaurants/r-trattoria/menu-items/m-tiramisu';
    const { headers } = await request(running.app).get(path).expect(200);
    await request(running.app).delete(path).expect(428);
    await request(running.app).delete(path).set('If-Match', '"old"').expect(412);
    const removed = await request(running.app)
      .delete(path)
      .set('If-Match', headers.etag as string)
      .expect(204);
    expect(removed.text).toBe('');
    await request(running.app).get(path).expect(404);
    await request(running.app)
      .delete(path)
      .set('If-Match', headers.etag as string)
      .expect(404);
    await running.close();
  });
});
