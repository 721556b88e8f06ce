/** Wires the consumers service. */
import { defineService } from '../../src/index.ts';
import { contract as orders } from '../orders/contract.ts';
import { contract } from './contract.ts';
import { handleGetConsumer } from './handlers/get-consumer.ts';
import { handleListConsumers } from './handlers/list-consumers.ts';
import { handleRegisterConsumer } from './handlers/register-consumer.ts';
import { handleUpdateConsumer } from './handlers/update-consumer.ts';
import { consumerActions, consumerPageActions } from './links.ts';
import { migrations } from './migrations.ts';
import { consumerStore } from './store.ts';

export const service = defineService({
  contract,
  linked: { orders },
  affordances: [consumerActions, consumerPageActions],
  migrations,
  handlers: ({ db }) => {
    const store = consumerStore(db);
    return {
      listConsumers: handleListConsumers(store),
      registerConsumer: handleRegisterConsumer(store),
      getConsumer: handleGetConsumer(store),
      updateConsumer: handleUpdateConsumer(store),
    };
  },
});
