/** POST /consumers */
import { type Handler, newId } from '../../../src/index.ts';
import type { registerConsumer } from '../contract.ts';
import type { ConsumerStore } from '../store.ts';

export const handleRegisterConsumer =
  (store: ConsumerStore): Handler<typeof registerConsumer> =>
  async ({ body }) => {
    const consumer = { id: newId('c'), ...body, createdAt: new Date().toISOString() };
    await store.insert(consumer);
    return { status: 201, body: consumer };
  };
