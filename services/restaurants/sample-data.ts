/** Restaurants and menus to look at from the first start. */
import type { MenuItemRow, RestaurantRow } from './tables.ts';

type Dish = [id: string, name: string, cents: number, description?: string];

interface Sample {
  readonly id: string;
  readonly name: string;
  readonly cuisine: string;
  readonly address: string;
  readonly menu: readonly Dish[];
}

const SAMPLES: readonly Sample[] = [
  {
    id: 'r-trattoria',
    name: 'Trattoria da Ugo',
    cuisine: 'Italian',
    address: '3 Harbour Street',
    menu: [
      ['m-bruschetta', 'Bruschetta', 650, 'Grilled bread, tomatoes, basil.'],
      ['m-margherita', 'Pizza Margherita', 950, 'Tomatoes, mozzarella, basil.'],
      ['m-diavola', 'Pizza Diavola', 1150, 'Tomatoes, mozzarella, spicy salami.'],
      ['m-lasagne', 'Lasagne al forno', 1250],
      ['m-tiramisu', 'Tiramisù', 590],
    ],
  },
  {
    id: 'r-sakura',
    name: 'Sakura',
    cuisine: 'Japanese',
    address: '18 Garden Lane',
    menu: [
      ['m-edamame', 'Edamame', 450, 'With sea salt.'],
      ['m-miso', 'Miso Soup', 380],
      ['m-nigiri', 'Nigiri, eight pieces', 1690, 'What came in this morning.'],
      ['m-ramen', 'Shoyu Ramen', 1390, 'Noodles, egg, spring onions.'],
    ],
  },
  {
    id: 'r-masala',
    name: 'Masala House',
    cuisine: 'Indian',
    address: '40 Market Place',
    menu: [
      ['m-samosa', 'Samosas, two', 520],
      ['m-thali', 'Vegetable Thali', 1320, 'Five small dishes with rice.'],
      ['m-paneer', 'Palak Paneer', 1190, 'Spinach and fresh cheese.'],
      ['m-naan', 'Garlic Naan', 350],
      ['m-lassi', 'Mango Lassi', 420],
    ],
  },
  {
    id: 'r-cantina',
    name: 'La Cantina',
    cuisine: 'Mexican',
    address: '7 Mill Road',
    menu: [
      ['m-guacamole', 'Guacamole and Chips', 690],
      ['m-pastor', 'Tacos al Pastor, three', 1080, 'Pork, pineapple, coriander.'],
      ['m-enchiladas', 'Enchiladas verdes', 1240],
      ['m-churros', 'Churros', 560, 'With chocolate.'],
    ],
  },
  {
    id: 'r-diner',
    name: 'Route 9 Diner',
    cuisine: 'American',
    address: '9 Station Road',
    menu: [
      ['m-burger', 'Cheeseburger', 1180],
      ['m-beans', 'Black Bean Burger', 1120, 'Vegan.'],
      ['m-fries', 'Fries', 420],
      ['m-slaw', 'Coleslaw', 390],
      ['m-shake', 'Vanilla Shake', 540],
      ['m-pie', 'Apple Pie', 480],
    ],
  },
];

const FIRST_TIME = Date.parse('2026-01-01T09:00:00Z');
const HOUR = 3_600_000;
const MINUTE = 60_000;
const timeOf = (restaurant: number, dish = 0): Date =>
  new Date(FIRST_TIME + restaurant * HOUR + dish * MINUTE);

export const sampleRestaurants: readonly RestaurantRow[] = SAMPLES.map(({ menu: _, ...rest }, index) => ({
  ...rest,
  created_at: timeOf(index),
}));

export const sampleMenuItems: readonly MenuItemRow[] = SAMPLES.flatMap((restaurant, index) =>
  restaurant.menu.map(([id, name, cents, description], place) => ({
    id,
    restaurant_id: restaurant.id,
    name,
    description: description ?? null,
    price_amount: cents,
    price_currency: 'EUR',
    created_at: timeOf(index, place),
  })),
);
