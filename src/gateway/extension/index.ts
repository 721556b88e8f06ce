/**
 * The public API for the files of steps: what `import … from 'linkway'` gives them. It is the API of the package too, so
 * it imports nothing that only services need.
 */
export type { Caller } from '../../contract/caller.ts';
export { defineProblem, type Fault, Problem } from '../../contract/problem.ts';
export { actionNotAllowed, badGateway, notFound, stepRefused } from '../../contract/problems.ts';
export {
  type CreateStep,
  defineStep,
  type GatewayStep,
  type StepOperation,
  type StepRequest,
  type StepResponse,
} from './step.ts';
