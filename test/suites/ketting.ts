/**
 * The whole main job through Ketting, a third-party hypermedia client. It gets one address and knows relations and
 * names of actions. This file contains no path.
 */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Problem, type State } from 'ketting';

/** @param entry returns the entry address when a test needs it */
export function kettingJourney(entry: () => string): void {
  describe('Ketting', () => {
    let client: Client;
    /** The requests that it has sent, as `GET http://…`. */
    let sent: string[];

    beforeEach(() => {
      sent = [];
      client = new Client(entry());
      client.use((request, next) => {
        sent.push(`${request.method} ${request.url}`);
        return next(request);
      });
    });

    const quietly = async <T>(work: () => Promise<T>): Promise<T> => {
      const before = sent.length;
      const result = await work();
      expect(sent.slice(before)).toEqual([]);
      return result;
    };

    const first = (page: State): State => {
      const [item] = page.followAll('item');
      const state = item?.getCache();
      if (!state) throw new Error('an empty page, or items that are not embedded');
      return state;
    };

    async function placed(): Promise<State> {
      const restaurant = first(await (await client.follow('restaurants')).get());
      const dish = first(await restaurant.follow('menuItems').get());
      const consumer = first(await (await client.follow('consumers')).get());
      const orders = await (await client.follow('orders')).get();
      return orders.action('place').submit({
        consumerId: consumer.data.id,
        restaurantId: restaurant.data.id,
        lineItems: [{ menuItemId: dish.data.id, quantity: 2 }],
        deliveryInformation: { time: '2030-01-01T12:00:00Z', address: 'At home' },
      });
    }

    it('lists orders, and opens embedded orders without another request', async () => {
      const page = await (await client.follow('orders')).get();
      const items = page.followAll('item');
      expect(items.length).toBeGreaterThan(1);
      await quietly(async () => {
        for (const item of items) expect((await item.get()).uri).toBe(item.uri);
      });
    });

    it('does not use a resource with selected fields as the complete resource', async () => {
      const orders = await (await client.follow('orders')).get();
      const cut = first(await orders.follow('search', { fields: 'id,consumer.name' }).get());
      expect(cut.data).toMatchObject({ id: expect.any(String) });
      expect(cut.data.total).toBeUndefined();
      expect((await cut.follow('consumer').get()).data).toMatchObject({ email: expect.any(String) });
      const whole = first(await (await client.follow('orders')).get());
      expect(whole.data).toMatchObject({ id: cut.data.id, total: expect.any(Object) });
    });

    it('finds embedded resources equal to the resources at their own addresses', async () => {
      const page = await (await client.follow('orders')).get();
      for (const embedded of page.getEmbedded().slice(0, 5)) {
        const alone = await client.go(embedded.uri).refresh();
        // Ketting also leaves the templates of embedded resources in their data.
        const { _templates, ...data } = embedded.data;
        expect(data).toEqual(alone.data);
        expect(embedded.actions()).toEqual(alone.actions());
        // The resource itself also has the links of the `Link` header.
        expect(alone.links.getAll()).toEqual(
          expect.arrayContaining(embedded.links.getAll().map((link) => ({ ...link, context: alone.uri }))),
        );
      }
    });

    it('follows next links to the last page', async () => {
      const seen: string[] = [];
      let page = await (await client.follow('orders')).get();
      for (;;) {
        seen.push(...page.followAll('item').map(({ uri }) => uri));
        if (!page.links.has('next')) break;
        page = await page.follow('next').get();
      }
      expect(seen.length).toBeGreaterThan(20);
      expect(new Set(seen).size).toBe(seen.length);
    });

    it('filters and sorts by the template of the collection, and pages forward and back', async () => {
      const orders = await (await client.follow('orders')).get();
      const chosen = { limit: 3, state: 'APPROVED', sort: '-createdAt' };
      const start = await orders.follow('search', chosen).get();
      expect(start.uri).toBe(client.go(start.links.get('self')?.href).uri);
      const items = start.getEmbedded().map(({ data }) => data);
      expect(items).toHaveLength(3);
      expect(new Set(items.map(({ state }) => state))).toEqual(new Set(['APPROVED']));
      const times = items.map(({ createdAt }) => createdAt);
      expect(times).toEqual(times.toSorted().toReversed());

      const next = await start.follow('next').get();
      const back = await next.follow('prev').get();
      expect(back.followAll('item').map(({ uri }) => uri)).toEqual(
        start.followAll('item').map(({ uri }) => uri),
      );
      expect(back.links.has('prev')).toBe(false);
      expect((await next.follow('first').get()).data).toEqual(start.data);
    });

    it('expands linked resources, and opens them without another request', async () => {
      const orders = await (await client.follow('orders')).get();
      const page = await orders
        .follow('search', { limit: 3, expand: ['consumer', 'menuItems.restaurant'] })
        .get();
      await quietly(async () => {
        for (const order of page.getEmbedded()) {
          const consumer = await order.follow('consumer').get();
          expect(consumer.data.id).toBe(order.data.consumerId);
          for (const dish of order.followAll('menuItems'))
            expect((await (await dish.get()).follow('restaurant').get()).data.id).toBe(
              order.data.restaurantId,
            );
        }
      });
    });

    it('updates its opened resource after an action, and no longer offers an action that the state forbids', async () => {
      const placing = await placed();
      const order = client.go(placing.links.get('self')?.href);
      expect((await order.get()).data).toEqual(placing.data);
      const before = await order.get();

      const deliveryInformation = { time: '2030-01-02T12:00:00Z', address: 'Somewhere else' };
      await before.action('revise').submit({ deliveryInformation });
      const revised = await quietly(() => order.get());
      expect(revised.data).toMatchObject({ state: 'APPROVED', deliveryInformation });

      await revised.action('cancel').submit({});
      const cancelled = await quietly(() => order.get());
      expect(cancelled.data).toMatchObject({ state: 'CANCELLED' });
      expect(cancelled.hasAction('cancel')).toBe(false);
      expect(cancelled.links.has('cancel')).toBe(false);
      expect(() => cancelled.action('cancel')).toThrow();

      const refusal = revised.action('cancel').submit({});
      await expect(refusal).rejects.toBeInstanceOf(Problem);
      await expect(refusal).rejects.toMatchObject({
        status: 409,
        body: { title: expect.any(String), currentState: 'CANCELLED', allowed: [] },
      });
    });
  });
}
