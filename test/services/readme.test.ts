/** The state diagram of the orders service is the transition table of its code. */
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { TRANSITIONS } from '../../services/orders/order.ts';

it('draws every transition of an order, and no other', () => {
  const readme = readFileSync(new URL('../../services/orders/README.md', import.meta.url), 'utf8');
  const drawn = [...readme.matchAll(/^ {2}(\w+) --> (\w+): (\w+)$/gm)].map(([, from, to, event]) => [
    from,
    event,
    to,
  ]);
  const table = Object.entries(TRANSITIONS).flatMap(([from, events]) =>
    Object.entries(events).map(([event, to]) => [from, event, to]),
  );
  expect(drawn.map(String).sort()).toEqual(table.map(String).sort());
});
