/** The problems of requests about restaurants and menus. */
import { type Fault, type Money, notFound, Problem } from '../../src/index.ts';
import { currencyMismatch } from './contract.ts';

type Priced = { readonly price: Money };

export const restaurantNotFound = (id: string) => new Problem(notFound, `There is no restaurant ${id}.`);

export const menuItemNotFound = (restaurantId: string, id: string) =>
  new Problem(notFound, `The restaurant ${restaurantId} has no menu item ${id}.`);

/** @throws Problem currency-mismatch (422) */
export function checkCurrency({ price }: Priced, currency: string | undefined): void {
  if (currency === undefined || currency === price.currency) return;
  const errors: Fault[] = [
    { in: 'body', pointer: '#/price/currency', detail: `The other menu items have prices in ${currency}.` },
  ];
  throw new Problem(currencyMismatch, `The prices of this menu are in ${currency}.`, {
    extensions: { currency, errors },
  });
}
