/** An operation of one of the two documents. */
import type { Json } from '../../openapi/load/grammar.ts';

export interface Operation {
  /** `GET /orders`. */
  readonly name: string;
  readonly path: string;
  readonly pointer: string;
  readonly item: Json;
  readonly operation: Json;
}
