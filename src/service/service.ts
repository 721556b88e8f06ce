/**
 * A service as its `main.ts` declares it: contract, links, storage and handlers, connected once for every way to
 * run it.
 */
import type { Kysely } from 'kysely';
import type { Contract, Handlers } from '../contract/contract.ts';
import type { Handler, Operation } from '../contract/operation.ts';
import type { AffordanceTable } from '../hypermedia/affordances/affordance.ts';
import type { Client } from '../outbound/client.ts';
import type { Migration } from '../storage/migrate.ts';

type LinkedContracts = Readonly<Record<string, Contract>>;

/** The dependencies of handlers. */
interface Dependencies<Tables, Linked extends LinkedContracts> {
  /** The service's own schema. */
  readonly db: Kysely<Tables>;
  /** Clients of the linked services, by the same names. */
  readonly services: { readonly [Name in keyof Linked]: Client<Linked[Name]> };
}

interface ServiceSpec<C extends Contract, Tables, Linked extends LinkedContracts> {
  readonly contract: C;
  /** Contracts of the services that it links to or calls, by service name. */
  readonly linked: Linked;
  readonly affordances: readonly AffordanceTable[];
  readonly migrations: readonly Migration<Tables>[];
  handlers(dependencies: Dependencies<Tables, Linked>): Handlers<C>;
}

/** A declared service. Its types were checked by `defineService`. */
export interface Service {
  readonly contract: Contract;
  readonly linked: LinkedContracts;
  readonly affordances: readonly AffordanceTable[];
  readonly migrations: readonly Migration<unknown>[];
  handlers(
    dependencies: Dependencies<unknown, LinkedContracts>,
  ): Readonly<Record<string, Handler<Operation> | undefined>>;
}

export const defineService = <const C extends Contract, Tables, const Linked extends LinkedContracts>(
  service: ServiceSpec<C, Tables, Linked>,
): Service => service as unknown as Service;
