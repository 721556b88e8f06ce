/** Job cards to look at from the first start; the examples of the document name the first of them. */
import type { JobCard, JobCardState } from './job-card.ts';

const SAMPLES: readonly (readonly [title: string, state: JobCardState, notes?: string])[] = [
  ['Have a first look', 'OPEN', 'Not before Monday.'],
  ['Ask those who know', 'OPEN'],
  ['Write down what was said', 'CLOSED'],
  ['Show it to somebody else', 'OPEN'],
  ['Put it away', 'CLOSED', 'It may come back.'],
];

const FIRST_NUMBER = 1001;
const FIRST_TIME = Date.parse('2026-01-05T09:00:00Z');
const DAY = 86_400_000;

export const sampleJobCards: readonly JobCard[] = SAMPLES.map(([title, state, notes], index) => ({
  id: `jc-${FIRST_NUMBER + index}`,
  title,
  ...(notes !== undefined && { notes }),
  helpDeskId: 'hd-1',
  state,
  createdAt: new Date(FIRST_TIME + index * DAY).toISOString(),
}));
