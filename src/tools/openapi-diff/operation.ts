/** An operation of one of the compared documents. */
import type { Json } from '../../openapi/load/grammar.ts';

export interface Operation {
  /** `GET /orders`. */
  readonly name: string;
  readonly path: string;
  readonly pointer: string;
  readonly item: Json;
  readonly operation: Json;
}
