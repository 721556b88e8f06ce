/** GET /consumers/{consumerId} */
import type { Handler } from '../../../src/index.ts';
import type { getConsumer } from '../contract.ts';
import { consumerNotFound } from '../refusals.ts';
import type { ConsumerStore } from '../store.ts';

export const handleGetConsumer =
  (store: ConsumerStore): Handler<typeof getConsumer> =>
  async ({ params: { consumerId } }) => {
    const consumer = await store.find(consumerId);
    if (consumer === undefined) throw consumerNotFound(consumerId);
    return { status: 200, body: consumer };
  };
