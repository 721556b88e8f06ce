/** The rules of a job card, independent of HTTP. */
import type { Transitions } from '../../../index.ts';

export const JOB_CARD_STATES = ['OPEN', 'CLOSED'] as const;

export type JobCardState = (typeof JOB_CARD_STATES)[number];

export interface JobCard {
  id: string;
  title: string;
  notes?: string | undefined;
  helpDeskId: string;
  state: JobCardState;
  /** ISO 8601 date-time. */
  createdAt: string;
}

export type NewJobCard = Omit<JobCard, 'state'>;

/** The transitions of a job card: state → event → next state. */
export const TRANSITIONS = {
  OPEN: { close: 'CLOSED' },
  CLOSED: { reopen: 'OPEN' },
} as const satisfies Transitions<JobCardState>;

/** The initial state of a new job card. */
export const START = 'OPEN';

type EventOf<State> = State extends JobCardState ? keyof (typeof TRANSITIONS)[State] : never;
type JobCardEvent = EventOf<JobCardState>;

/** @throws Error when the state does not allow the event; check that first */
function transition({ state }: JobCard, event: JobCardEvent): JobCardState {
  const to = (TRANSITIONS[state] as Partial<Record<JobCardEvent, JobCardState>>)[event];
  if (to === undefined) throw new Error(`${event} cannot happen to a job card that is ${state}`);
  return to;
}

export const create = (jobCard: NewJobCard): JobCard => ({ ...jobCard, state: START });

export const close = (jobCard: JobCard): JobCard => ({ ...jobCard, state: transition(jobCard, 'close') });

export const reopen = (jobCard: JobCard): JobCard => ({ ...jobCard, state: transition(jobCard, 'reopen') });
