/**
 * A problem caused by the current state of a resource. The service adds the resource's current links and entity
 * tag, so that the client can continue.
 */
import { Problem, type ProblemOptions, type ProblemType } from '../../contract/problem.ts';
import type { Page, Resource } from '../../contract/resource.ts';

interface Description {
  readonly detail: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

interface StateConflictOptions extends ProblemOptions {
  /** Describes the problem with those actions only that are offered to the caller. */
  readonly offering?: (isOffered: (rel: string) => boolean) => Description;
}

export class StateConflict extends Problem {
  readonly resource: Resource | Page;
  readonly state: unknown;
  readonly offering: StateConflictOptions['offering'];

  constructor(
    type: ProblemType,
    resource: Resource | Page,
    state: unknown,
    detail: string,
    options: StateConflictOptions = {},
  ) {
    super(type, detail, options);
    this.resource = resource;
    this.state = state;
    this.offering = options.offering;
  }
}
