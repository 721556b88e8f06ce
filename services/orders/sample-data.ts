/** Orders to look at from the first start. What they name is in the sample data of the other services. */
import { type LineItem, type Order, type OrderState, totalOf } from './order.ts';

const euros = (menuItemId: string, name: string, amount: number) => ({
  menuItemId,
  name,
  price: { amount, currency: 'EUR' },
});

const DISHES = {
  margherita: euros('m-margherita', 'Pizza Margherita', 950),
  diavola: euros('m-diavola', 'Pizza Diavola', 1150),
  lasagne: euros('m-lasagne', 'Lasagne al forno', 1250),
  tiramisu: euros('m-tiramisu', 'Tiramisù', 590),
  nigiri: euros('m-nigiri', 'Nigiri, eight pieces', 1690),
  ramen: euros('m-ramen', 'Shoyu Ramen', 1390),
  edamame: euros('m-edamame', 'Edamame', 450),
  thali: euros('m-thali', 'Vegetable Thali', 1320),
  paneer: euros('m-paneer', 'Palak Paneer', 1190),
  naan: euros('m-naan', 'Garlic Naan', 350),
  pastor: euros('m-pastor', 'Tacos al Pastor, three', 1080),
  guacamole: euros('m-guacamole', 'Guacamole and Chips', 690),
  burger: euros('m-burger', 'Cheeseburger', 1180),
  fries: euros('m-fries', 'Fries', 420),
} as const;

type Sample = [
  consumer: string,
  restaurant: string,
  state: OrderState,
  dishes: Partial<Record<keyof typeof DISHES, number>>,
];

const SAMPLES: readonly Sample[] = [
  ['ada', 'trattoria', 'APPROVED', { margherita: 2, tiramisu: 1 }],
  ['ada', 'sakura', 'APPROVED', { ramen: 1, edamame: 1 }],
  ['grace', 'trattoria', 'APPROVED', { lasagne: 1 }],
  ['alan', 'masala', 'CANCELLED', { thali: 2, naan: 3 }],
  ['edsger', 'cantina', 'APPROVED', { pastor: 2 }],
  ['grace', 'diner', 'REJECTED', { burger: 40 }],
  ['hedy', 'sakura', 'APPROVED', { nigiri: 2 }],
  ['ada', 'trattoria', 'CANCELLED', { diavola: 1 }],
  ['barbara', 'masala', 'APPROVED', { paneer: 1, naan: 2 }],
  ['alan', 'diner', 'APPROVED', { burger: 1, fries: 1 }],
  ['hedy', 'cantina', 'APPROVED', { pastor: 1, guacamole: 1 }],
  ['edsger', 'trattoria', 'REJECTED', { tiramisu: 60 }],
  ['ada', 'masala', 'APPROVED', { thali: 1 }],
  ['grace', 'sakura', 'CANCELLED', { nigiri: 1, ramen: 1 }],
  ['barbara', 'diner', 'APPROVED', { burger: 2, fries: 2 }],
  ['alan', 'trattoria', 'APPROVED', { margherita: 1, diavola: 1 }],
  ['hedy', 'masala', 'REJECTED', { naan: 90 }],
  ['edsger', 'sakura', 'APPROVED', { ramen: 3 }],
  ['ada', 'diner', 'APPROVED', { burger: 1, fries: 2 }],
  ['barbara', 'cantina', 'CANCELLED', { guacamole: 2 }],
  ['grace', 'masala', 'APPROVED', { paneer: 2, naan: 2 }],
  ['alan', 'sakura', 'APPROVED', { edamame: 2, nigiri: 1 }],
  ['hedy', 'trattoria', 'APPROVED', { lasagne: 2, tiramisu: 2 }],
  ['ada', 'cantina', 'APPROVED', { pastor: 1, guacamole: 1 }],
];

const ADDRESSES: Readonly<Record<string, string>> = {
  ada: '12 St James Square, London',
  grace: '1 Navy Yard, Arlington',
  alan: '8 Adlington Road, Wilmslow',
  edsger: 'Plataanstraat 5, Nuenen',
  hedy: '20 Sunset Boulevard, Los Angeles',
  barbara: '32 Vassar Street, Cambridge',
};

const FIRST_NUMBER = 1001;
const FIRST_TIME = Date.parse('2026-01-05T11:30:00Z');
const HOUR = 3_600_000;
const HOURS_BETWEEN = 7;

export const sampleOrders: readonly Order[] = SAMPLES.map(([consumer, restaurant, state, dishes], index) => {
  const created = FIRST_TIME + index * HOURS_BETWEEN * HOUR;
  const lineItems: LineItem[] = Object.entries(dishes).map(([dish, quantity]) => ({
    ...DISHES[dish as keyof typeof DISHES],
    quantity,
  }));
  return {
    id: `o-${FIRST_NUMBER + index}`,
    consumerId: `c-${consumer}`,
    restaurantId: `r-${restaurant}`,
    lineItems,
    deliveryInformation: {
      time: new Date(created + HOUR).toISOString(),
      address: ADDRESSES[consumer] ?? '',
    },
    total: totalOf(lineItems),
    state,
    version: state === 'CANCELLED' ? 2 : 1,
    createdAt: new Date(created).toISOString(),
  };
});
