/** Which state follows from which event, and how that is shown. */

/** State → event → state that follows. A state without events is an end. */
export type Transitions<State extends string = string> = {
  readonly [From in State]: Readonly<Record<string, State>>;
};

/** How a resource's states and events are shown. */
export interface StateChart {
  readonly start: string;
  readonly transitions: Transitions;
  readonly conditions: Readonly<Record<string, string>>;
}
