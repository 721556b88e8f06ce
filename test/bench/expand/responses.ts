/** Recorded responses of the sample services: a page of 20 orders by 10 consumers. */
const CONSUMERS = 10;

const consumerId = (n: number): string => `c-9e2977dcb0a1e4ad492${n}`;

const consumer = (id: string) => ({
  id,
  name: `Guest ${id.at(-1)}`,
  email: `guest${id.at(-1)}@example.com`,
  createdAt: '2026-01-05T15:29:10.756Z',
  _links: {
    self: { href: `/consumers/${id}` },
    orders: { href: `/orders?consumerId=${id}` },
    edit: { href: `/consumers/${id}` },
  },
});

const order = (n: number) => {
  const id = `o-8855a794f088d22886${n}`;
  return {
    id,
    consumerId: consumerId(n % CONSUMERS),
    restaurantId: 'r-trattoria',
    lineItems: [
      {
        menuItemId: 'm-margherita',
        name: 'Pizza Margherita',
        price: { amount: 950, currency: 'EUR' },
        quantity: 1,
      },
      { menuItemId: 'm-tiramisu', name: 'Tiramisù', price: { amount: 590, currency: 'EUR' }, quantity: 1 },
    ],
    deliveryInformation: { time: '2030-01-01T12:00:00Z', address: 'At home' },
    total: { amount: 1540, currency: 'EUR' },
    state: 'APPROVED',
    version: 1,
    createdAt: '2026-01-05T15:29:11.049Z',
    _links: {
      self: { href: `/orders/${id}` },
      consumer: { href: `/consumers/${consumerId(n % CONSUMERS)}` },
      restaurant: { href: '/restaurants/r-trattoria' },
      menuItems: [
        { href: '/restaurants/r-trattoria/menu-items/m-margherita' },
        { href: '/restaurants/r-trattoria/menu-items/m-tiramisu' },
      ],
      cancel: { href: `/orders/${id}/cancel` },
      revise: { href: `/orders/${id}/revise` },
    },
  };
};

const orders = (url: string) => ({
  _links: {
    self: { href: url },
    first: { href: url },
    next: {
      href: `${url}?cursor=WyItY3JlYXRlZEF0IiwxNzk1NDQ3NzUwODcyLCJvLTc2YjZjZTE4ODlmMTdjZDdjMmVkIiwwXQ`,
    },
    search: {
      href: '/orders{?limit,consumerId,restaurantId,state,sort,expand,fields}',
      templated: true,
    },
    place: { href: '/orders' },
  },
  _embedded: { item: Array.from({ length: 20 }, (_, n) => order(n + 10)) },
});

const consumers = (url: string, ids: readonly string[]) => ({
  _links: {
    self: { href: url },
    first: { href: url },
    search: { href: '/consumers{?limit,id,sort,expand,fields}', templated: true },
    register: { href: '/consumers' },
  },
  _embedded: { item: ids.map(consumer) },
});

/** @param url path and query */
export function responseTo(url: string): object {
  const { pathname, searchParams } = new URL(url, 'http://upstream');
  const [, collection, id] = pathname.split('/');
  if (collection === 'orders') return orders(url);
  return id === undefined ? consumers(url, searchParams.get('id')?.split(',') ?? []) : consumer(id);
}
