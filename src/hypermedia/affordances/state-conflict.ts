/**
 * A problem caused by the current state of a resource. The service adds the resource's current links and entity
 * tag, so that the client can continue.
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
