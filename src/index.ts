/** The public API of the library for services. */
export { batchOf } from './contract/batch.ts';
export type { Caller } from './contract/caller.ts';
export { defineContract } from './contract/contract.ts';
export { type Handler, operation } from './contract/operation.ts';
export { defineProblem, type Fault, Problem } from './contract/problem.ts';
export {
  actionNotAllowed,
  badGateway,
  dependencyProblems,
  insufficientScope,
  notFound,
  stepRefused,
} from './contract/problems.ts';
export { type PageState, page, pageQuery, resource, type StateOf, sortBy } from './contract/resource.ts';
export { z } from './contract/schema.ts';
export { newId } from './contract/schemas/id.ts';
export { type Money, money } from './contract/schemas/money.ts';
export { patchOf } from './contract/schemas/patch.ts';
export { id, text } from './contract/schemas/text.ts';
export {
  defineStep,
  type GatewayStep,
  type StepRequest,
  type StepResponse,
} from './gateway/extension/step.ts';
export { affordances, guard } from './hypermedia/affordances/affordance.ts';
export type { Transitions } from './hypermedia/affordances/state-chart.ts';
export { transitions } from './hypermedia/affordances/transitions.ts';
export type { Client } from './outbound/client.ts';
export { defineService } from './service/service.ts';
export { keysetPage, type PageRequest, type SortColumns } from './storage/keyset.ts';
export type { Migration } from './storage/migrate.ts';
export { transaction } from './storage/transaction.ts';
