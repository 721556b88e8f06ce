/** The ways to get a page of 20 orders with their 10 consumers. */
import type { Client, Consumer, List, Order } from './client.ts';

export interface OrderWithConsumer extends Order {
  readonly consumer: Consumer | undefined;
}

export interface Way {
  readonly title: string;
  /** The server that the client calls. */
  readonly server: './gateway.ts' | './expand/graphql.ts';
  /** The number of calls to services per page. */
  readonly calls: number;
  get(client: Client): Promise<OrderWithConsumer[]>;
}

const orders = async (client: Client): Promise<readonly Order[]> =>
  (await client.get<List<Order>>('/orders'))._embedded.item;

const consumer = (client: Client, id: string): Promise<Consumer> => client.get(`/consumers/${id}`);

const idsOf = (page: readonly Order[]): string[] => [...new Set(page.map(({ consumerId }) => consumerId))];

const join = (page: readonly Order[], consumers: readonly Consumer[]): OrderWithConsumer[] => {
  const byId = new Map(consumers.map((found) => [found.id, found]));
  return page.map((order) => ({ ...order, consumer: byId.get(order.consumerId) }));
};

interface Expanded extends Order {
  readonly _embedded: { readonly consumer: Consumer };
}

export const expanded: Way = {
  title: '`?expand=consumer`',
  server: './gateway.ts',
  calls: 2,
  async get(client) {
    const { _embedded } = await client.get<List<Expanded>>('/orders?expand=consumer');
    return _embedded.item.map((order) => ({ ...order, consumer: order._embedded.consumer }));
  },
};

export const inSequence: Way = {
  title: '(a) the page, then each consumer, in sequence',
  server: './gateway.ts',
  calls: 21,
  async get(client) {
    const found: OrderWithConsumer[] = [];
    for (const order of await orders(client))
      found.push({ ...order, consumer: await consumer(client, order.consumerId) });
    return found;
  },
};

export const inParallel: Way = {
  title: '(b) the page, then the distinct consumers, in parallel',
  server: './gateway.ts',
  calls: 11,
  async get(client) {
    const page = await orders(client);
    return join(page, await Promise.all(idsOf(page).map((id) => consumer(client, id))));
  },
};

export const byHand: Way = {
  title: '(c) the page, then one batch, by hand',
  server: './gateway.ts',
  calls: 2,
  async get(client) {
    const page = await orders(client);
    const ids = idsOf(page);
    const { _embedded } = await client.get<List<Consumer>>(`/consumers?id=${ids}&limit=${ids.length}`);
    return join(page, _embedded.item);
  },
};

const QUERY = `{
  orders {
    id consumerId restaurantId
    lineItems { menuItemId name price { amount currency } quantity }
    deliveryInformation { time address }
    total { amount currency }
    state version createdAt
    consumer { id name email createdAt }
  }
}`;

export const graphql: Way = {
  title: '(d) GraphQL',
  server: './expand/graphql.ts',
  calls: 2,
  async get(client) {
    const { data } = await client.post<{ data: { orders: OrderWithConsumer[] } }>('/graphql', {
      query: QUERY,
    });
    return data.orders;
  },
};
