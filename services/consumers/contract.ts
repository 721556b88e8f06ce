/** The contract of consumers: the people who order. */
import {
  batchOf,
  defineContract,
  id,
  operation,
  page,
  pageQuery,
  patchOf,
  resource,
  sortBy,
  text,
  z,
} from '../../src/index.ts';

const consumerId = id('c-ada');

const details = z.strictObject({
  name: text(100).openapi({ example: 'Ada Lovelace' }),
  email: z.email().max(200).openapi({ example: 'ada@example.com' }),
  address: text(300).optional().openapi({ example: '12 St James Square, London' }),
});

export const Consumer = resource(
  'Consumer',
  z
    .object({ id: consumerId, ...details.shape, createdAt: z.iso.datetime({ offset: true }) })
    .openapi({ description: 'A person who orders food.' }),
);

export const ConsumerPage = page(Consumer);

export const listConsumers = operation({
  operationId: 'listConsumers',
  method: 'get',
  path: '/consumers',
  summary: 'List consumers',
  description: 'A page of consumers. The `next` link leads to the next page.',
  entry: 'consumers',
  query: pageQuery.extend({ id: batchOf('getConsumer', consumerId), sort: sortBy('createdAt', 'name') }),
  responses: {
    200: {
      description: 'A page of consumers, the oldest first unless `sort` says otherwise.',
      body: ConsumerPage,
      links: { register: { operationId: 'registerConsumer' } },
    },
  },
});

export const registerConsumer = operation({
  operationId: 'registerConsumer',
  method: 'post',
  path: '/consumers',
  summary: 'Register a consumer',
  security: [{ oauth: ['consumers:write'] }],
  description: 'Adds a consumer, who can order food from then on.',
  body: details,
  responses: { 201: { description: 'The new consumer.', body: Consumer } },
});

export const getConsumer = operation({
  operationId: 'getConsumer',
  method: 'get',
  path: '/consumers/{consumerId}',
  summary: 'Get a consumer',
  description: 'The name and the contact details of a consumer, with a link to the orders.',
  params: z.object({ consumerId }),
  responses: {
    200: {
      description: 'The consumer.',
      body: Consumer,
      links: {
        self: { operationId: 'getConsumer', parameters: { consumerId: '$response.body#/id' } },
        orders: {
          operationId: 'listOrders',
          parameters: { consumerId: '$response.body#/id' },
          description: 'The orders of this consumer.',
        },
        edit: {
          operationId: 'updateConsumer',
          parameters: { consumerId: '$response.body#/id' },
          description: 'The target of PATCH requests that change the consumer.',
        },
      },
    },
  },
});

export const updateConsumer = operation({
  operationId: 'updateConsumer',
  method: 'patch',
  path: '/consumers/{consumerId}',
  summary: 'Update a consumer',
  security: [{ oauth: ['consumers:write'] }],
  description: 'Changes the details of a consumer. The address can be removed.',
  params: z.object({ consumerId }),
  body: patchOf(details, {
    merge: { address: '12 St James Square, London' },
    operations: [{ op: 'replace', path: '/address', value: '12 St James Square, London' }],
  }),
  responses: { 200: { description: 'The consumer, updated.', body: Consumer } },
});

/** The sample's provider of tokens. `gateway.yaml` says which issuer it trusts; these addresses are for clients. */
const oauth = {
  type: 'oauth2',
  flows: {
    authorizationCode: {
      authorizationUrl: 'http://localhost:9000/auth',
      tokenUrl: 'http://localhost:9000/token',
      scopes: {
        'consumers:read': 'Read the details of consumers.',
        'consumers:write': 'Register consumers and change their details.',
      },
    },
  },
} as const;

export const contract = defineContract({
  service: 'consumers',
  title: 'Consumers',
  description: 'The people who order.',
  version: '2.0.0',
  securitySchemes: { oauth },
  security: [{ oauth: ['consumers:read'] }],
  operations: [listConsumers, registerConsumer, getConsumer, updateConsumer],
});
