/** The requests of orders to other services, with clients that return page by page. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { consumerExists, type Dependencies, fetchMenu } from '../../../services/orders/dependencies.ts';

const dish = (index: number) => ({
  id: `m-${index}`,
  restaurantId: 'r-1',
  name: `Dish ${index}`,
  price: { amount: 100 + index, currency: 'EUR' },
});

interface MenuQuery {
  readonly limit?: number;
  readonly cursor?: string;
}

/** A restaurant with the given number of dishes. The cursor of a page is the number of dishes before it. */
function restaurantWith(count: number) {
  const queries: MenuQuery[] = [];
  const dependencies = {
    consumers: { getConsumer: async () => ({ ok: false, status: 404 }) },
    restaurants: {
      listMenuItems: async ({ params, query }: { params: { restaurantId: string }; query: MenuQuery }) => {
        queries.push(query);
        if (params.restaurantId !== 'r-1') return { ok: false, status: 404 };
        const from = Number(query.cursor ?? 0);
        const to = from + (query.limit ?? 20);
        const items = Array.from({ length: Math.min(to, count) - from }, (_, index) => dish(from + index));
        return { ok: true, status: 200, body: { items, ...(to < count && { next: String(to) }) } };
      },
    },
  } as unknown as Dependencies;
  return { dependencies, queries };
}

describe('The menu of a restaurant', () => {
  it('contains every dish of all pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constantFrom(0, 1, 99, 100, 101, 200, 201), fc.nat(450)),
        async (count) => {
          const { dependencies, queries } = restaurantWith(count);
          const menu = await fetchMenu(dependencies, 'r-1');
          expect([...(menu ?? [])]).toEqual(
            Array.from({ length: count }, (_, index) => {
              const { id, name, price } = dish(index);
              return [id, { name, price }];
            }),
          );
          expect(queries).toHaveLength(Math.max(1, Math.ceil(count / 100)));
        },
      ),
      { numRuns: 30, seed: 100 },
    );
  });

  it('is undefined when the restaurant does not exist', async () => {
    expect(await fetchMenu(restaurantWith(3).dependencies, 'r-2')).toBeUndefined();
  });

  it('is a bad gateway problem when the service fails for another reason', async () => {
    const refused = { restaurants: { listMenuItems: async () => ({ ok: false, status: 400 }) } };
    await expect(fetchMenu(refused as unknown as Dependencies, 'r-1')).rejects.toMatchObject({ status: 502 });
  });
});

describe('A consumer', () => {
  it('is unknown when the service responds with 404', async () => {
    expect(await consumerExists(restaurantWith(0).dependencies, 'c-1')).toBe(false);
  });
});
