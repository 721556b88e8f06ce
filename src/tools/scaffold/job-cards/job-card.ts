/** The rules of a job card, no HTTP in sight. */
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

/** What can happen to a job card: state → event → state that follows. */
export const TRANSITIONS = {
  OPEN: { close: 'CLOSED' },
  CLOSED: { reopen: 'OPEN' },
} as const satisfies Transitions<JobCardState>;

/** What a new job card begins as. */
export const START = 'OPEN';

type EventOf<State> = State extends JobCardState ? keyof (typeof TRANSITIONS)[State] : never;
type JobCardEvent = EventOf<JobCardState>;

/** @throws Error when the state does not have the event: callers ask first */
function transition({ state }: JobCard, event: JobCardEvent): JobCardState {
  const to = (TRANSITIONS[state] as Partial<Record<JobCardEvent, JobCardState>>)[event];
  if (to === undefined) throw new Error(`${event} cannot happen to a job card that is ${state}`);
  return to;
}

export const create = (jobCard: NewJobCard): JobCard => ({ ...jobCard, state: START });

export const close = (jobCard: JobCard): JobCard => ({ ...jobCard, state: transition(jobCard, 'close') });

export const reopen = (jobCard: JobCard): JobCard => ({ ...jobCard, state: transition(jobCard, 'reopen') });
