/** A service's contract: its name, its version and its operations. Everything else is derived from it. */
import type { Handler, Operation } from './operation.ts';

export interface Contract<Operations extends readonly Operation[] = readonly Operation[]> {
  /** Lower-case name: the folder, the document, the entry in `gateway.yaml`. */
  readonly service: string;
  readonly title: string;
  readonly description: string;
  /** Semantic version. A breaking change needs a new major version. */
  readonly version: string;
  readonly operations: Operations;
}

/** Handlers by operation id. An operation without a handler responds with 501, and `npm run check` lists it. */
export type Handlers<C extends Contract> = {
  readonly [O in C['operations'][number] as O['operationId']]?: Handler<O>;
};

export const defineContract = <const Operations extends readonly Operation[]>(
  contract: Contract<Operations>,
): Contract<Operations> => contract;
