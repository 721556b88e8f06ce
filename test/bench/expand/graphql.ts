/**
 * The same page from an optimal GraphQL gateway: the schema is written by hand, so that nothing is translated at run
 * time; a loader uses the batch operation; nothing is logged.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import DataLoader from 'dataloader';
import { createSchema, createYoga } from 'graphql-yoga';
import { Pool } from 'undici';
import { reportTo } from '../child.ts';
import type { Consumer, List, Order } from './client.ts';

const pool = new Pool(process.env.UPSTREAM ?? '', { connections: 128, pipelining: 1 });

const list = async <T>(path: string): Promise<readonly T[]> => {
  const headers = { accept: 'application/hal+json' };
  const { body } = await pool.request({ method: 'GET', path, headers });
  return ((await body.json()) as List<T>)._embedded.item;
};

/** Each request has its own context, since each may come from another client. */
const createContext = () => ({
  consumers: new DataLoader<string, Consumer>(async (ids) => {
    const found = await list<Consumer>(`/consumers?id=${ids.join(',')}&limit=${ids.length}`);
    const byId = new Map(found.map((consumer) => [consumer.id, consumer]));
    return ids.map((id) => byId.get(id) ?? new Error(`There is no consumer ${id}.`));
  }),
});

const schema = createSchema<ReturnType<typeof createContext>>({
  typeDefs: `
    type Query { orders: [Order!]! }
    type Order {
      id: ID!
      consumerId: ID!
      restaurantId: ID!
      lineItems: [LineItem!]!
      deliveryInformation: DeliveryInformation!
      total: Money!
      state: String!
      version: Int!
      createdAt: String!
      consumer: Consumer
    }
    type LineItem { menuItemId: ID!, name: String!, price: Money!, quantity: Int! }
    type DeliveryInformation { time: String!, address: String! }
    type Money { amount: Int!, currency: String! }
    type Consumer { id: ID!, name: String!, email: String!, createdAt: String! }
  `,
  resolvers: {
    Query: { orders: () => list<Order>('/orders') },
    Order: {
      consumer: ({ consumerId }: Order, _: unknown, { consumers }: ReturnType<typeof createContext>) =>
        consumers.load(consumerId),
    },
  },
});

const yoga = createYoga({ schema, context: createContext, logging: false, graphiql: false });
const server = createServer(yoga).listen(0, '127.0.0.1', () => {
  reportTo(process, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
