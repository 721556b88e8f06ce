/** The states of a resource and the events that lead from one to another. */

/** State → event → next state. A state without events is final. */
export type Transitions<State extends string = string> = {
  readonly [From in State]: Readonly<Record<string, State>>;
};

/** How a resource's states and events are shown. */
export interface StateChart {
  readonly start: string;
  readonly transitions: Transitions;
  readonly conditions: Readonly<Record<string, string>>;
}
