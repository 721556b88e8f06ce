/** The actions of consumers. */
import { affordances } from '../../src/index.ts';
import { Consumer, ConsumerPage, registerConsumer, updateConsumer } from './contract.ts';

export const consumerPageActions = affordances(ConsumerPage, {
  rows: [{ rel: 'register', operation: registerConsumer, when: () => true }],
});

export const consumerActions = affordances(Consumer, {
  rows: [{ rel: 'edit', operation: updateConsumer, when: () => true }],
});
