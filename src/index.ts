/** The one door: what a service may use of the library. */
export { type Contract, defineContract, type Handlers } from './contract/contract.ts';
export { type Money, money } from './contract/money.ts';
export { type Input, operation } from './contract/operation.ts';
export { defineProblem, Problem } from './contract/problem.ts';
export { actionNotAllowed, dependencyProblems, notFound } from './contract/problems.ts';
export { page, pageQuery, resource, type StateOf } from './contract/resource.ts';
export { z } from './contract/schema.ts';
export { affordances, guard } from './hypermedia/affordance.ts';
