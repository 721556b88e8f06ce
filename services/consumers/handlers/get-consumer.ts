/** GET /consumers/{consumerId} */
import { type Handler, notFound, Problem } from '../../../src/index.ts';
import type { getConsumer } from '../contract.ts';
import type { ConsumerStore } from '../store.ts';

export const handleGetConsumer =
  (store: ConsumerStore): Handler<typeof getConsumer> =>
  async ({ params: { consumerId } }) => {
    const consumer = await store.find(consumerId);
    if (consumer === undefined) throw new Problem(notFound, `There is no consumer ${consumerId}.`);
    return { status: 200, body: consumer };
  };
