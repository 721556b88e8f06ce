/** The one door: what a service may use of the library. */
export { batchOf } from './contract/batch.ts';
export { defineContract } from './contract/contract.ts';
export { newId } from './contract/id.ts';
export { type Money, money } from './contract/money.ts';
export { type Handler, operation } from './contract/operation.ts';
export { patchOf } from './contract/patch.ts';
export { defineProblem, type Fault, Problem } from './contract/problem.ts';
export { actionNotAllowed, badGateway, dependencyProblems, notFound } from './contract/problems.ts';
export { type PageState, page, pageQuery, resource, type StateOf, sortBy } from './contract/resource.ts';
export { z } from './contract/schema.ts';
export { id, text } from './contract/text.ts';
export { affordances, guard } from './hypermedia/affordance.ts';
export { type Transitions, transitions } from './hypermedia/transitions.ts';
export type { Client } from './outbound/client.ts';
export { defineService } from './service/service.ts';
export { keysetPage, type PageRequest, type SortColumns } from './storage/keyset.ts';
export type { Migration } from './storage/migrate.ts';
export { transaction } from './storage/transaction.ts';
