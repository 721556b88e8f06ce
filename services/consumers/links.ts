/** What can be done with consumers: state → action. */
import { affordances } from '../../src/index.ts';
import { ConsumerPage, registerConsumer } from './contract.ts';

export const consumerPageActions = affordances(ConsumerPage, {
  rows: [{ rel: 'register', operation: registerConsumer, when: () => true }],
});
