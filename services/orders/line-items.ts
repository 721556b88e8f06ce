/** Adds the names and prices of the menu to the requested line items. */

import type { Menu } from './dependencies.ts';
import type { LineItem } from './order.ts';
import { unknownMenuItems } from './refusals.ts';

type Requested = Pick<LineItem, 'menuItemId' | 'quantity'>;

/** @throws Problem menu-item-unknown (422) with a pointer to each line item that is not on the menu */
export function priceLineItems(requested: readonly Requested[], menu: Menu): LineItem[] {
  const missing = requested.flatMap(({ menuItemId }, index) => (menu.has(menuItemId) ? [] : [index]));
  const lineItems = requested.flatMap(({ menuItemId, quantity }) => {
    const dish = menu.get(menuItemId);
    return dish === undefined ? [] : [{ menuItemId, ...dish, quantity }];
  });
  if (missing.length === 0) return lineItems;
  const ids = new Set(missing.map((index) => requested[index]?.menuItemId ?? ''));
  throw unknownMenuItems([...ids], missing);
}
