/**
 * The whole main job through waychaser, another third-party client. Every response is a list of operations, and links
 * and forms are invoked in the same way. This file contains no path.
 */
import { describe, expect, it } from '@jest/globals';
import { WayChaserProblem, type WayChaserResponse, waychaser } from '@mountainpass/waychaser';

type ClientResponse = WayChaserResponse<unknown>;
interface Hal {
  readonly _links: Readonly<Record<string, { readonly href: string } | { readonly href: string }[]>>;
  readonly _templates?: Readonly<
    Record<string, { method: string; target: string; contentType: string; properties: { name: string }[] }>
  >;
  readonly _embedded?: { readonly item?: readonly Hal[] };
}

const isAction = ({ _templates = {} }: Hal, rel: string) => rel in _templates;

/** A handler for HAL-FORMS, through the extension point of waychaser for formats, since it knows only HAL. */
const halForms = {
  mediaRanges: ['application/prs.hal-forms+json', 'application/hal+json'],
  handler: (_: Response, content: unknown) => {
    const body = content as Hal;
    if (body?._links === undefined) return [];
    const links = Object.entries(body._links).filter(([rel]) => !isAction(body, rel));
    const items = body._embedded?.item?.map(({ _links }) => ['item', _links.self] as const) ?? [];
    const templates = Object.entries(body._templates ?? {});
    const followable = [...links, ...items].flatMap(([rel, link]) =>
      [link ?? []].flat().map(({ href }) => ({ rel, uri: href, parameters: {} })),
    );
    return [
      ...followable,
      ...templates.map(([rel, { method, target, contentType, properties }]) => ({
        rel,
        uri: target,
        method,
        accept: contentType,
        parameters: Object.fromEntries(properties.map(({ name }) => [name, {}])),
      })),
    ];
  },
};

/** @param entry returns the entry address when a test needs it */
export function waychaserJourney(entry: () => string): void {
  describe('Waychaser', () => {
    const enter = () => waychaser.defaults({ defaultHandlers: [halForms] })(entry());
    const invoke = async (from: ClientResponse, rel: string, parameters = {}): Promise<ClientResponse> => {
      const response = await from.invoke(rel, { parameters });
      if (response === undefined) throw new Error(`${rel} is not offered`);
      return response;
    };
    const offers = (response: ClientResponse, rel: string) => response.ops.find(rel) !== undefined;
    const idOf = ({ content }: ClientResponse) => (content as { id: string }).id;

    async function place(): Promise<ClientResponse> {
      const home = await enter();
      const restaurant = await invoke(await invoke(home, 'restaurants'), 'item');
      const dish = await invoke(await invoke(restaurant, 'menuItems'), 'item');
      const consumer = await invoke(await invoke(home, 'consumers'), 'item');
      return invoke(await invoke(home, 'orders'), 'place', {
        consumerId: idOf(consumer),
        restaurantId: idOf(restaurant),
        lineItems: [{ menuItemId: idOf(dish), quantity: 2 }],
        deliveryInformation: { time: '2030-01-01T12:00:00Z', address: 'At home' },
      });
    }

    it('follows next links to the last page and opens an order and its consumer', async () => {
      let page = await invoke(await enter(), 'orders');
      while (offers(page, 'next')) page = await invoke(page, 'next');
      const order = await invoke(page, 'item');
      expect(idOf(await invoke(order, 'consumer'))).toBe(
        (order.content as { consumerId: string }).consumerId,
      );
    });

    it('filters and sorts by the template of the collection, and pages forward and back', async () => {
      const orders = await invoke(await enter(), 'orders');
      const start = await invoke(orders, 'search', { limit: 3, state: 'APPROVED', sort: '-createdAt' });
      const items = start.ops.filter('item').map(({ uri }) => uri);
      expect(items).toHaveLength(3);
      const back = await invoke(await invoke(start, 'next'), 'prev');
      expect(back.ops.filter('item').map(({ uri }) => uri)).toEqual(items);
      expect(offers(back, 'prev')).toBe(false);
    });

    it('places, revises and cancels an order by the offered actions', async () => {
      const placed = await place();
      expect(placed.content).toMatchObject({ state: 'APPROVED' });
      expect((await invoke(placed, 'self')).content).toEqual(placed.content);

      const deliveryInformation = { time: '2030-01-02T12:00:00Z', address: 'Somewhere else' };
      const revised = await invoke(placed, 'revise', { deliveryInformation });
      expect(revised.content).toMatchObject({ id: idOf(placed), state: 'APPROVED', deliveryInformation });

      const cancelled = await invoke(revised, 'cancel');
      expect(cancelled.content).toMatchObject({ id: idOf(placed), state: 'CANCELLED' });
      expect(offers(cancelled, 'cancel')).toBe(false);
      expect((await invoke(cancelled, 'self')).content).toEqual(cancelled.content);

      const refusal = invoke(revised, 'cancel');
      await expect(refusal).rejects.toBeInstanceOf(WayChaserProblem);
      await expect(refusal).rejects.toMatchObject({
        problem: { status: 409, currentState: 'CANCELLED', allowed: [] },
      });
    });
  });
}
