/**
 * Job cards to look at from the first start; the examples of the document name the first of them. They are rows as the
 * table was when they came, so what is added to it later leaves them as they are.
 */
import type { JobCardState } from './job-card.ts';

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

export const sampleJobCards = SAMPLES.map(([title, state, notes = null], index) => ({
  id: `jc-${FIRST_NUMBER + index}`,
  title,
  notes,
  help_desk_id: 'hd-1',
  state,
  created_at: new Date(FIRST_TIME + index * DAY),
}));
