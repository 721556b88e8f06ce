/** The tables of the restaurants service. */
export interface RestaurantRow {
  id: string;
  name: string;
  cuisine: string;
  address: string;
  created_at: Date;
}

export interface MenuItemRow {
  id: string;
  restaurant_id: string;
  name: string;
  description: string | null;
  /** In minor units. */
  price_amount: number;
  price_currency: string;
  /** The sort order of the menu. */
  created_at: Date;
}

export interface Tables {
  restaurants: RestaurantRow;
  menu_items: MenuItemRow;
}
