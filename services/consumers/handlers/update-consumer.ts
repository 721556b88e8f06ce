/** PATCH /consumers/{consumerId} */
import type { Handler } from '../../../src/index.ts';
import { Consumer, type updateConsumer } from '../contract.ts';
import { consumerNotFound } from '../refusals.ts';
import type { ConsumerStore } from '../store.ts';

export const handleUpdateConsumer =
  (store: ConsumerStore): Handler<typeof updateConsumer> =>
  async ({ params: { consumerId }, body: patched, precondition }) => {
    const updated = await store.change(consumerId, (consumer) => {
      precondition(Consumer, consumer);
      const { id, createdAt, ...details } = consumer;
      return { id, createdAt, ...patched(details) };
    });
    if (updated === undefined) throw consumerNotFound(consumerId);
    return { status: 200, body: updated };
  };
