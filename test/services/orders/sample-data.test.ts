/** The services have separate data. These tests check that their sample data fits together. */
import { describe, expect, it } from '@jest/globals';
import { sampleConsumers } from '../../../services/consumers/sample-data.ts';
import { Order, contract as orders } from '../../../services/orders/contract.ts';
import { sampleOrders } from '../../../services/orders/sample-data.ts';
import { sampleMenuItems, sampleRestaurants } from '../../../services/restaurants/sample-data.ts';
import { contractDocument } from '../../../src/contract/document/document.ts';
import { formats } from '../../../src/hypermedia/formats/index.ts';

describe('The sample data', () => {
  it('has unique ids', () => {
    for (const rows of [sampleConsumers, sampleRestaurants, sampleMenuItems, sampleOrders])
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  it('has orders that match the contract and refer to existing consumers', () => {
    const consumers = new Set(sampleConsumers.map(({ id }) => id));
    for (const order of sampleOrders) {
      expect(Order.state.parse(order)).toEqual(order);
      expect(consumers).toContain(order.consumerId);
    }
  });

  it('has orders for dishes of their restaurant at the prices of its menu', () => {
    for (const { restaurantId, lineItems } of sampleOrders)
      for (const { menuItemId, name, price } of lineItems)
        expect(sampleMenuItems).toContainEqual(
          expect.objectContaining({
            id: menuItemId,
            restaurant_id: restaurantId,
            name,
            price_amount: price.amount,
            price_currency: price.currency,
          }),
        );
  });

  it('has the orders that the examples of actions need, which can be cancelled and revised', () => {
    const stateOf = (id: string) => sampleOrders.find((order) => order.id === id)?.state;
    const { paths = {} } = contractDocument(orders, formats);
    for (const action of ['cancel', 'revise']) {
      const [parameter] = paths[`/orders/{orderId}/${action}`]?.post?.parameters ?? [];
      expect(parameter).toMatchObject({ schema: { example: expect.any(String) } });
      expect(stateOf((parameter as { schema: { example: string } }).schema.example)).toBe('APPROVED');
    }
  });
});
