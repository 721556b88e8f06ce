import { expect, it } from '@jest/globals';
import request from 'supertest';
import { service } from '../../../services/restaurants/main.ts';
import { testService } from '../../support/service.ts';

it('The deletion of a dish requires its entity tag, and its response has no body', async () => {
  const running = await testService(service);
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
