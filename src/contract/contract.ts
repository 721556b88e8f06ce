/** A service's contract: its name, its version and its operations. Everything else is derived from it. */
import type { Handler, Operation } from './operation.ts';
import {
  checkSecurity,
  type KnownRequirements,
  type SecurityRequirements,
  type SecuritySchemes,
  type WithKnownSecurity,
} from './security.ts';

export interface Contract<Operations extends readonly Operation[] = readonly Operation[]> {
  /** Lower-case name: the folder, the document, the entry in `gateway.yaml`. */
  readonly service: string;
  readonly title: string;
  readonly description: string;
  /** Semantic version. A breaking change needs a new major version. */
  readonly version: string;
  /** The kinds of credentials that `security` names. */
  readonly securitySchemes?: SecuritySchemes;
  /** Who may call the operations that have no `security` of their own. By default everyone may. */
  readonly security?: SecurityRequirements;
  readonly operations: Operations;
}

/** Handlers by operation id. An operation without a handler responds with 501, and `npm run check` lists it. */
export type Handlers<C extends Contract> = {
  readonly [O in C['operations'][number] as O['operationId']]?: Handler<O>;
};

/** @throws ContractFault if `security` names schemes or scopes that `securitySchemes` does not have */
export function defineContract<
  const Operations extends readonly Operation[],
  const Schemes extends SecuritySchemes = Record<never, never>,
>(
  contract: Omit<Contract<Operations>, 'security'> & {
    readonly securitySchemes?: Schemes;
    readonly security?: KnownRequirements<NoInfer<Schemes>>;
    readonly operations: {
      readonly [K in keyof Operations]: WithKnownSecurity<Operations[K], NoInfer<Schemes>>;
    };
  },
): Contract<Operations> {
  checkSecurity(contract as unknown as Contract);
  return contract as unknown as Contract<Operations>;
}
