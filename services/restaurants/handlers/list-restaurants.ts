/** GET /restaurants */
import type { Handler } from '../../../src/index.ts';
import type { listRestaurants } from '../contract.ts';
import type { RestaurantStore } from '../store.ts';

export const handleListRestaurants =
  (store: RestaurantStore): Handler<typeof listRestaurants> =>
  async ({ query }) => ({ status: 200, body: await store.list(query) });
