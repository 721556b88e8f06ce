/** GET /restaurants/{restaurantId} */
import { type Handler, notFound, Problem } from '../../../src/index.ts';
import type { getRestaurant } from '../contract.ts';
import type { RestaurantStore } from '../store.ts';

export const handleGetRestaurant =
  (store: RestaurantStore): Handler<typeof getRestaurant> =>
  async ({ params: { restaurantId } }) => {
    const restaurant = await store.find(restaurantId);
    if (restaurant === undefined) throw new Problem(notFound, `There is no restaurant ${restaurantId}.`);
    return { status: 200, body: restaurant };
  };
