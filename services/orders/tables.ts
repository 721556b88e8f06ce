/** The tables of the orders service. */
import type { ColumnType } from 'kysely';
import type { DeliveryInformation, LineItem, OrderState } from './order.ts';

/** A jsonb column: written as a string, read as its value. */
type Json<T> = ColumnType<T, string, string>;

export interface OrderRow {
  id: string;
  consumer_id: string;
  restaurant_id: string;
  line_items: Json<LineItem[]>;
  delivery_information: Json<DeliveryInformation>;
  state: OrderState;
  version: number;
  created_at: Date;
}

export interface Tables {
  orders: OrderRow;
}
