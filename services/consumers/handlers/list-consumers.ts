/** GET /consumers */
import type { Handler } from '../../../src/index.ts';
import type { listConsumers } from '../contract.ts';
import type { ConsumerStore } from '../store.ts';

export const handleListConsumers =
  (store: ConsumerStore): Handler<typeof listConsumers> =>
  async ({ query }) => ({ status: 200, body: await store.list(query) });
