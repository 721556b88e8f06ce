/**
 * A refusal because of the state that a resource is in. The service adds what the caller needs to go on: the
 * resource's links and entity tag as they are now.
 */
import { Problem, type ProblemOptions, type ProblemType } from '../../contract/problem.ts';
import type { Page, Resource } from '../../contract/resource.ts';

export class StateConflict extends Problem {
  readonly resource: Resource | Page;
  readonly state: unknown;

  constructor(
    type: ProblemType,
    resource: Resource | Page,
    state: unknown,
    detail: string,
    options?: ProblemOptions,
  ) {
    super(type, detail, options);
    this.resource = resource;
    this.state = state;
  }
}
