/** The calls to other services: whether a consumer exists, and the menu of a restaurant with its prices. */
import { badGateway, type Client, insufficientScope, Problem } from '../../src/index.ts';
import type { contract as consumers } from '../consumers/contract.ts';
import type { contract as restaurants } from '../restaurants/contract.ts';
import type { LineItem } from './order.ts';

export interface Dependencies {
  readonly consumers: Client<typeof consumers>;
  readonly restaurants: Client<typeof restaurants>;
}

/** Name and price of each menu item by its id. */
export type Menu = ReadonlyMap<string, Pick<LineItem, 'name' | 'price'>>;

const MENU_PAGE = 100;
const FORBIDDEN = 403;
const NOT_FOUND = 404;

export const consumerExists = async ({ consumers }: Dependencies, consumerId: string): Promise<boolean> =>
  bodyOrUndefined(await consumers.getConsumer({ params: { consumerId } })) !== undefined;

/** @returns the whole menu, or undefined when the restaurant does not exist */
export async function fetchMenu(
  { restaurants }: Dependencies,
  restaurantId: string,
): Promise<Menu | undefined> {
  const menu = new Map<string, Pick<LineItem, 'name' | 'price'>>();
  for (let cursor: string | undefined; ; ) {
    const query = { limit: MENU_PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const page = bodyOrUndefined(await restaurants.listMenuItems({ params: { restaurantId }, query }));
    if (page === undefined) return undefined;
    for (const { id, name, price } of page.items) menu.set(id, { name, price });
    if (page.next === undefined) return menu;
    cursor = page.next;
  }
}

/** @throws Problem insufficient-scope (403) if the caller may not read it, bad-gateway (502) for other errors than 404 */
function bodyOrUndefined<Body>(
  reply: { ok: true; body: Body } | { ok: false; status: number },
): Body | undefined {
  if (reply.ok) return reply.body;
  if (reply.status === NOT_FOUND) return undefined;
  if (reply.status === FORBIDDEN)
    throw new Problem(insufficientScope, 'The caller may not read everything that an order depends on.');
  throw new Problem(badGateway, `A service that orders depends on responded with ${reply.status}.`);
}
