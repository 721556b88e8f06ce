/** The actions of job cards: those of their transition table, and those that every state allows. */
import { affordances, transitions } from '../../../index.ts';
import {
  closeJobCard,
  createJobCard,
  JobCard,
  JobCardPage,
  reopenJobCard,
  updateJobCard,
} from './contract.ts';
import { START, TRANSITIONS } from './job-card.ts';

export const jobCardActions = transitions(JobCard, {
  field: 'state',
  start: START,
  table: TRANSITIONS,
  actions: { close: closeJobCard, reopen: reopenJobCard },
  always: { edit: updateJobCard },
});

export const jobCardPageActions = affordances(JobCardPage, {
  rows: [{ rel: 'create', operation: createJobCard, when: () => true }],
});
